"""Programs and test suites run against each other: the values that go into a sandbox and come out of it.

Invariant: plain frozen values that survive a round trip through JSON, so that a journal can store them. Not covered:
whether a suite proves anything about a program, which is a `Job`'s business (`protocol.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from aiev_interpreter.limits import Limits
from aiev_interpreter.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Matrix:
    """Programs and test suites that are run against each other in one sandbox, and calls whose values are compared.

    Every cell runs in a process of its own, so that no failure hides another. Assertions are not counted here, and
    nothing is repeated: whether a suite proves anything is `Job`'s business.
    """

    programs: tuple[str, ...]
    suites: tuple[str, ...] = ()
    """Source texts. Each is run against each program and passes or fails as a whole."""
    calls: tuple[str, ...] = ()
    """Expressions over the program's names, Python only. Each is evaluated with each program."""
    language: str = "python"
    requirements: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    """Of one cell; all cells together get `seconds`. Programs after the first get less CPU time: ten times what the
    first needed with the same suite, and half a second (two in other languages than Python), so that a mutant that
    loops for ever costs little."""
    seconds: float = 30.0
    """Wall clock for all cells together. What is left when it is over is `Cell.SKIPPED`."""
    coverage: bool = False
    """Whether lines and branches of the first program are traced under all suites; Python only. In other languages it
    is ignored, as `calls` are."""


class Cell(StrEnum):
    """How one suite ended with one program."""

    PASSED = "passed"
    FAILED = "failed"
    """It raised, or ended with a non-zero exit code, or was killed at a limit other than time."""
    TIMEOUT = "timeout"
    BROKEN = "broken"
    """The program itself does not compile or load. In a compiled language: not with a suite that compiles with the
    first program, or not with any."""
    SKIPPED = "skipped"
    """Time was up before."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Lines and branches of a program that its tests ran through."""

    lines: int
    lines_run: int
    branches: int
    """Ways out of a condition or loop."""
    branches_run: int
    missing: tuple[int, ...] = ()
    """Lines that did not run, from 1."""


@dataclass(frozen=True, slots=True)
class MatrixResult:
    """What the cells of a matrix came to. It is empty, with the reason in `detail`, when the sandbox failed."""

    cells: tuple[tuple[Cell, ...], ...] = ()
    """By program, then by suite."""
    cpu_seconds: tuple[tuple[float | None, ...], ...] = ()
    """Likewise; in Python of the suite's fork alone. None where the cell did not run to an answer."""
    values: tuple[tuple[str, ...], ...] = ()
    """By program, then by call: the canonical text of the value; `!ValueError` if it raised; empty if there was no
    answer in time."""
    coverage: Coverage | None = None
    wall_seconds: float = 0.0
    verdict: Verdict = Verdict.OK
    """`OK` unless packages were refused (`INSTALL_FAILED`) or the sandbox failed (`INFRA`)."""
    detail: str = ""
    backend: str = ""
    image: str = ""
