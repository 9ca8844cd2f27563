"""How one execution ended."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """How one execution ended. Only `OK` can be accepted."""

    OK = "ok"
    """Exit code 0 within the limits, and at least one assertion of the tests held."""
    ERROR = "error"
    """The program or its tests raised, or ended with a non-zero exit code."""
    NO_TESTS = "no_tests"
    """Exit code 0, but no assertion was executed, or the tests cannot fail."""
    TIMEOUT = "timeout"
    """The wall-clock or CPU-time limit was reached."""
    OOM = "oom"
    """The memory limit was reached."""
    OUTPUT_LIMIT = "output_limit"
    """The program wrote more than allowed to stdout or stderr."""
    INSTALL_FAILED = "install_failed"
    """A requested package could not be installed; `stderr` holds the installer's output."""
    INFRA = "infra"
    """The sandbox failed. Never shown to a model, never counted against a program."""
