"""Whether the tests of a program find out its mutants, and how much of it they run through.

Invariant: a mutant that does not load, or that no known input tells from the program, counts for nothing. Not covered:
how mutants are made (`mutants/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.evidence.literals import whole_numbers
from aiev_interpreter.matrix import Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.mutants import Mutant
    from aiev_interpreter.matrix import Coverage, MatrixResult

_TRIED = frozenset({Cell.PASSED, Cell.FAILED, Cell.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Mutation:
    """Mutants with how the tests ended with each, in the order of both."""

    mutants: tuple[Mutant, ...]
    ends: tuple[Cell, ...]
    coverage: Coverage | None
    equal: frozenset[str] = frozenset()
    """Sources of mutants that are taken for the program itself."""

    @classmethod
    def of(cls, mutants: Sequence[Mutant], result: MatrixResult) -> Mutation:
        """Read the result of the program and its mutants under one suite."""
        ends = tuple(cells[0] for cells in result.cells[1:])
        return cls(tuple(mutants[: len(ends)]), ends, result.coverage)

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """Mutants that pass the tests."""
        return tuple(mutant for mutant, end in zip(self.mutants, self.ends, strict=True) if end is Cell.PASSED)

    @property
    def tried(self) -> tuple[tuple[Mutant, bool], ...]:
        """Mutants that count, each with whether it was found out."""
        return tuple(
            (mutant, end is not Cell.PASSED)
            for mutant, end in zip(self.mutants, self.ends, strict=True)
            if end in _TRIED and mutant.source not in self.equal
        )

    @property
    def not_run(self) -> int:
        """Mutants for which there was no time left."""
        return sum(end is Cell.SKIPPED for end in self.ends)

    def columns(self) -> dict[str, Any]:
        """Columns of the record of the evidence."""
        killed, seen = [killed for _, killed in self.tried], self.coverage
        names = ("lines_run", "lines", "branches_run", "branches")
        return {"mutants_killed": sum(killed), "mutants": len(killed)} | {
            name: getattr(seen, name) if seen else None for name in names
        }

    def detail(self) -> list[dict[str, Any]]:
        """Each mutant for people."""
        names = ("kind", "line", "before", "after")
        return [{name: getattr(one, name) for name in names} | {"killed": killed} for one, killed in self.tried]


def equal_mutants(survivors: Sequence[Mutant], values: Sequence[Sequence[str]]) -> frozenset[str]:
    """Sources of survivors whose values are the program's own, which come first, wherever it answers in time."""
    own, *others = (tuple(map(whole_numbers, row)) for row in values)
    answered = [place for place, value in enumerate(own) if value]
    return frozenset(
        mutant.source
        for mutant, theirs in zip(survivors, others, strict=False)
        if answered and all(theirs[place] == own[place] for place in answered)
    )
