"""The interpreter's interface: jobs, limits, results, and the Protocol that every interpreter implements.

Invariant: a `Job` and an `ExecutionResult` are plain frozen values that survive a round trip through JSON, so a journal
can store them. Not covered: how a backend isolates a sandbox, see `backends/docker.py` and `backends/bubblewrap.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from aiev_interpreter.limits import MIB, Limits
from aiev_interpreter.verdict import Verdict

if TYPE_CHECKING:
    from aiev_interpreter.matrix import Matrix, MatrixResult

__all__ = ["MIB", "ExecutionResult", "Interpreter", "Job", "Limits", "Verdict"]


@dataclass(frozen=True, slots=True)
class Job:
    """One program with its unit tests.

    `program` and `tests` are source texts. The tests run with the program's names in scope and can also import it as
    `solution`. `requirements` are validated PEP 508 requirement strings, or npm's `name@versions` for JavaScript and
    TypeScript, never shell text.
    """

    program: str
    tests: str
    language: str = "python"
    requirements: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """The result of one job, measured from inside and outside the sandbox."""

    verdict: Verdict
    exit_code: int | None
    """Exit code of the program's process; None when it never ran or was killed."""
    stdout: str = ""
    stderr: str = ""
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    assertions: int = 0
    """Assertions of the tests that were executed and held."""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    install_log: str = ""
    installed: tuple[str, ...] = ()
    """Exact versions of the installed packages, as `name==version`."""
    detail: str = ""
    """The reason for the verdict, in one line for people."""
    backend: str = ""
    image: str = ""
    """Image digest (Docker) or `host-python-3.x.y` (bubblewrap)."""


class Interpreter(Protocol):
    """Executes jobs in a sandbox. Safe to call from several tasks at once."""

    name: str
    image: str
    notice: str
    """Why another kind of sandbox, which is preferred, was not taken; empty when it is this one."""

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """Execute one job. Nothing that the program does makes this raise.

        Args:
            job: program and tests.
            owner: the conversation of the job. Its programs share one sandbox, one after another, and no other
                conversation uses it. Without an owner, the sandbox is used once.

        Raises:
            InterpreterUnavailable: the sandbox has no tools for the job's language.
        """
        ...

    async def execute_matrix(self, matrix: Matrix, *, owner: str = "") -> MatrixResult:
        """Run programs and suites against each other. Nothing that they do makes this raise.

        Args:
            matrix: programs, suites and calls.
            owner: as for `execute`.

        Raises:
            InterpreterUnavailable: the sandbox has no tools for the matrix's language.
        """
        ...

    async def release(self, owner: str) -> None:
        """End the sandbox of a conversation that is over, if there is one. May be called twice."""
        ...

    async def close(self) -> None:
        """End every sandbox. May be called twice."""
        ...
