"""Which test units may judge programs: what tells nothing or repeats another is set apart, before any scorer.

A unit such as `assert True` is passed by every program that loads, and would be the best of all by any score that
counts who passes what.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.preference.outcomes import Passed


class Reason(StrEnum):
    """Why a unit is set apart."""

    CONSTANT = "constant"
    """It uses nothing that the programs define."""
    NOT_RUN = "not_run"
    """No cell of it is known."""
    NONE_PASSES = "none_passes"
    EVERY_PASSES = "every_passes"
    REPEATED = "repeated"
    """The same programs pass it as one before it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """By unit, why it is set apart; None for one that may judge."""

    reasons: tuple[Reason | None, ...]

    @classmethod
    def of(cls, passed: Passed, constant: Sequence[bool]) -> Selection:
        """Look at each unit.

        Args:
            passed: by program, then by unit.
            constant: of each unit, whether it does not depend on the program.
        """
        seen: set[tuple[bool | None, ...]] = set()
        reasons: list[Reason | None] = []
        columns = list(zip(*passed, strict=True)) or [()] * len(constant)
        for column, same in zip(columns, constant, strict=True):
            reasons.append(Reason.CONSTANT if same else _reason(column, seen))
            if reasons[-1] is None:
                seen.add(column)
        return cls(tuple(reasons))

    @property
    def kept(self) -> tuple[int, ...]:
        """Positions of the units that may judge."""
        return tuple(position for position, reason in enumerate(self.reasons) if reason is None)

    def working(self, passed: Passed) -> list[bool]:
        """Of each program, whether it passes any unit that depends on it, also one that judges nothing."""
        return [
            any(held and reason is not Reason.CONSTANT for held, reason in zip(row, self.reasons, strict=True))
            for row in passed
        ]

    def narrowed(self, passed: Passed) -> Passed:
        """Who passes what of the units that are kept."""
        return tuple(tuple(row[unit] for unit in self.kept) for row in passed)


def _reason(column: tuple[bool | None, ...], seen: set[tuple[bool | None, ...]]) -> Reason | None:
    known = {held for held in column if held is not None}
    if not known:
        return Reason.NOT_RUN
    if len(known) == 1:
        return Reason.EVERY_PASSES if True in known else Reason.NONE_PASSES
    return Reason.REPEATED if column in seen else None
