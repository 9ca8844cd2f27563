"""What a language is to the interpreter: names, packages, and how one job is laid out, compiled and run.

Invariant: a `Plan` is made of texts alone, on the host; nothing of a job is executed while it is made. At run
time every language keeps one protocol. The support code reads one line `TOKEN MODE` from descriptor 4 before
any code of the program runs; when the tests have come to their end without a failure it writes one line
`TOKEN {"assertions": N, "completed": true, "error": ""}` to descriptor 3 and exits with 0. With the mode
`sabotage` each assertion fails although it holds. Not covered here: limits and isolation, which are the
supervisor's and the sandbox's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUPPORT = "/aiev/aiev_interpreter/sandbox/support"
"""Where the sandbox holds the support files of the languages, read-only."""
REPORT_DESCRIPTOR, TOKEN_DESCRIPTOR = 3, 4
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """How one job is laid out, compiled and run in the work folder."""

    files: Mapping[str, str]
    """Texts by their paths relative to the work folder."""
    compile: tuple[tuple[str, ...], ...]
    """Commands, in order, before the run; a non-zero exit ends the job with the compiler's stderr."""
    run: tuple[str, ...]
    """The command that runs program and tests; empty for Python, which a fork of the sandbox's fork server runs."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of every command."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language in which programs and tests are written."""

    name: str
    """As it stands in `Job.language`."""
    title: str
    """As people write it."""
    aliases: tuple[str, ...]
    """Other names by which it is asked for."""
    fences: tuple[str, ...]
    """Info strings of its Markdown fences, the usual one first."""
    extension: str
    """Of its source files, without the dot; the program is `solution.EXTENSION`, the tests `tests.EXTENSION`."""
    packages: tuple[str, ...]
    """Debian bookworm packages that the image needs."""
    probe: tuple[str, ...]
    """A command that succeeds where the tools are there."""
    plan: Callable[[str, str], Plan]
    """From program and tests to the plan."""
    compile_seconds: float = 30.0
    """Wall-clock limit of each compile command."""
    compile_memory_bytes: int = 1024 * MIB
    """Memory limit of each compile command."""
    memory_bytes: int = 0
    """Memory that the runtime itself takes, to be added to the limit of the job."""
    image_steps: tuple[str, ...] = ()
    """Shell lines that the Dockerfile runs after the support files are in place."""
