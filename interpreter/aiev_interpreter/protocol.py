"""What the interpreter takes and what it gives back: the seam every backend implements.

Invariant: a `Job` and an `ExecutionResult` are plain frozen values that survive a round trip through JSON,
so that a journal can store them. Not covered here: how a backend isolates anything (see `docker.py`,
`bubblewrap.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from aiev_interpreter.settings import InstallSettings, InterpreterSettings

MIB = 1024 * 1024


class Verdict(StrEnum):
    """How one execution ended. Only `OK` can be accepted."""

    OK = "ok"
    """Exit code 0 and at least one assertion of the tests was executed to the end, inside the limits."""
    ERROR = "error"
    """The program or its tests raised, or ended with another exit code than 0."""
    NO_TESTS = "no_tests"
    """Exit code 0, but no assertion was executed."""
    TIMEOUT = "timeout"
    """The wall-clock or CPU-time limit was reached."""
    OOM = "oom"
    """The memory limit was reached."""
    OUTPUT_LIMIT = "output_limit"
    """More was written to stdout or stderr than is allowed."""
    INSTALL_FAILED = "install_failed"
    """A requested package could not be installed; the installer's words are in `stderr`."""
    INFRA = "infra"
    """The sandbox itself failed. Never shown to a model, never counted against a program."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one job. Every figure is a hard limit; none can be switched off."""

    wall_seconds: float = 10.0
    cpu_seconds: float = 10.0
    memory_bytes: int = 512 * MIB
    processes: int = 64
    output_bytes: int = 64 * 1024
    """Kept of each stream: the first half and the last half; eight times as much ends the run."""
    disk_bytes: int = 64 * MIB
    """Size of the writable work directory."""
    install_seconds: float = 180.0
    install_bytes: int = 1024 * MIB
    """Size of the installed packages, and of what is downloaded for them."""

    @classmethod
    def of(cls, interpreter: InterpreterSettings, install: InstallSettings) -> Limits:
        """The limits that the settings name."""
        return cls(
            wall_seconds=interpreter.wall_seconds,
            cpu_seconds=interpreter.cpu_seconds,
            memory_bytes=interpreter.memory_mib * MIB,
            processes=interpreter.processes,
            output_bytes=interpreter.output_kib * 1024,
            disk_bytes=interpreter.disk_mib * MIB,
            install_seconds=install.seconds,
            install_bytes=install.mib * MIB,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """One program with its unit tests.

    `program` and `tests` are source texts; the tests run with the program's names in scope and may also
    import it as `solution`. `requirements` are PEP 508 requirement strings, already parsed: never shell
    text.
    """

    program: str
    tests: str
    language: str = "python"
    requirements: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """What happened, as measured from inside and outside of the sandbox."""

    verdict: Verdict
    exit_code: int | None
    """Of the program's process; None when it never ran or was killed from outside."""
    stdout: str = ""
    stderr: str = ""
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    assertions: int = 0
    """Assertions of the tests that were really executed and held."""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    install_log: str = ""
    installed: tuple[str, ...] = ()
    """Exact versions, as `name==version`."""
    detail: str = ""
    """One line for people: why the verdict is what it is."""
    backend: str = ""
    image: str = ""
    """Image digest (Docker) or `host-python-3.x.y` (bubblewrap)."""


class Interpreter(Protocol):
    """Runs jobs in a sandbox. Safe to call from several tasks at once."""

    name: str
    image: str

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """Run one job to its end. Never raises for anything that the program did.

        Args:
            job: program and tests.
            owner: the conversation it belongs to; its programs share a sandbox, one after another, which nobody else
                uses. Without one, the sandbox is used once.

        Raises:
            InterpreterUnavailable: the sandbox has no tools for the job's language.
        """
        ...

    async def release(self, owner: str) -> None:
        """End the sandbox of a conversation that is over. May be called twice, and without one."""
        ...

    async def close(self) -> None:
        """Leave nothing running. May be called twice."""
        ...
