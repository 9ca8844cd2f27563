"""What programs and test units came to that were run against each other.

Invariant: a cell whose sandbox failed, whose packages were refused or whose time was up before is missing, never a
failure. Not covered: the runs themselves (`aiev_interpreter.matrix`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev_interpreter.matrix import Cell
from aiev_interpreter.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_interpreter.matrix import MatrixResult

    Row = Sequence[bool | None]
    Passed = Sequence[Row]
    """By program, then by unit; None where the cell is missing."""

_MISSING = frozenset({str(Cell.SKIPPED), str(Verdict.INFRA), str(Verdict.INSTALL_FAILED)})


@dataclass(frozen=True, slots=True)
class UnitRun:
    """One cell: a program with a unit."""

    verdict: str
    """A `Cell`; or `infra` or `install_failed` where none of the program's cells ran."""
    cpu_seconds: float | None = None
    """None where it was not measured."""

    @property
    def passed(self) -> bool | None:
        """Whether the program passes the unit; None when that is not known."""
        return None if self.verdict in _MISSING else self.verdict == Cell.PASSED


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Programs by units."""

    runs: tuple[tuple[UnitRun, ...], ...]

    @classmethod
    def of(cls, results: Sequence[MatrixResult], units: int) -> Outcomes:
        """The outcomes of one matrix for each program, with as many suites as there are units."""
        return cls(tuple(_row(result, units) for result in results))

    @property
    def passed(self) -> Passed:
        """Who passes what."""
        return tuple(tuple(run.passed for run in row) for row in self.runs)


def _row(result: MatrixResult, units: int) -> tuple[UnitRun, ...]:
    if result.verdict != Verdict.OK:
        return (UnitRun(str(result.verdict)),) * units
    (cells,), (seconds,) = result.cells, result.cpu_seconds
    return tuple(UnitRun(str(cell), used) for cell, used in zip(cells, seconds, strict=True))


def known_share(row: Row, weights: Sequence[float]) -> float:
    """Share of the known cells' weight that is passed; 0 when nothing is known."""
    known = sum(weight for held, weight in zip(row, weights, strict=True) if held is not None)
    return sum(weight for held, weight in zip(row, weights, strict=True) if held) / known if known else 0.0


def least_share(row: Row, weights: Sequence[float]) -> float:
    """Share of all weight that is passed, if no missing cell is; 0 where there is no weight."""
    every = sum(weights)
    return sum(weight for held, weight in zip(row, weights, strict=True) if held) / every if every else 0.0


def most_share(row: Row, weights: Sequence[float]) -> float:
    """Share of all weight that is passed, if every missing cell is; 0 where there is no weight."""
    return least_share([held is not False for held in row], weights)
