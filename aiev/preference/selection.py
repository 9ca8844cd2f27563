"""Which test units may judge programs: what tells nothing or repeats another is set apart, before any scorer.

A unit such as `assert True` is passed by every program that loads, and would be the best of all by any score that
counts who passes what.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiev.evidence.definitions import defined_names, functions
from aiev.evidence.trees import descendants, text_of, tree

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


def constant_units(units: Sequence[str], programs: Sequence[str], language: str) -> list[bool]:
    """Of each unit, whether it uses none of the functions and classes of any program, or only ones of its own.

    Where no program defines a name, as where all are read from standard input, no unit is called constant.
    """
    names = {name for program in programs for name in _defined(program, language)}
    return [bool(names) and not (_names(unit, language) & names) - _defined(unit, language) for unit in units]


def _defined(text: str, language: str) -> set[str]:
    root = tree(text, language)
    inner = defined_names(root) if root is not None else []
    return {name.partition("(")[0] for name in (*functions(text, language), *inner)} - {""}


def _names(text: str, language: str) -> set[str]:
    """Words of a text outside of its strings and comments."""
    root = tree(text, language)
    leaves = [node for node in descendants(root) if not node.children] if root is not None else []
    return {text_of(node) for node in leaves if not ("string" in node.type or "comment" in node.type)}
