"""Whether independent solutions agree with a program, on the inputs that all of them were given.

Invariant: a program is contradicted only by solutions that agree with each other; solutions that all differ say that
the problem has several right answers, or is too hard, and leave it open. Not covered: where solutions come from
(`gathering.py`), and who is right (`arbiter.py`).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev_interpreter.matrix import Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

RAISED = "!"
"""What the value of a call that raised begins with."""
_INCOMPARABLE = "?"
"""What the value of a call begins with that cannot be compared."""
FEWEST = 2
"""Solutions that must agree with each other to count against a program."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one program came to."""

    cells: tuple[Cell, ...]
    """Of the program's own tests that are more than a call compared with a value."""
    values: tuple[str, ...]
    """Of the calls."""
    weight: int = 1
    """Solutions that are this program, up to layout and comments."""

    @property
    def ran(self) -> bool:
        """Whether it is a solution at all: it loads, and answers some call or passes some test."""
        answered = any(value and not value.startswith(RAISED) for value in self.values)
        return Cell.BROKEN not in self.cells and (answered or Cell.PASSED in self.cells)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A call for which solutions that agree with each other give another value than the program."""

    call: str
    value: str
    """The program's."""
    others: str
    """Theirs."""
    agreeing: int
    """How many they are."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of the solutions that ran agree with the program, and the best argument against it."""

    agreeing: int
    ran: int
    against: Disagreement | None = None


def agreement(own: Row, others: Sequence[Row], calls: Sequence[str]) -> Agreement:
    """Compare a program with independent solutions.

    A solution agrees if it passes all tests that the program passes, and gives the same value for each call. A call
    that the program and a solution both refuse by an error is no disagreement, and one that most solutions refuse is
    left out: the problem does not say what it gives.
    """
    ran = [row for row in others if row.ran]
    answered = [place for place in range(len(calls)) if _is_answered(ran, place)]
    own, ran = only(own, answered), [only(row, answered) for row in ran]
    agreeing = sum(row.weight for row in ran if _agrees(own, row))
    against = _against(own, ran, [calls[place] for place in answered], agreeing)
    return Agreement(agreeing, sum(row.weight for row in ran), against)


def unanimous(own: Row, others: Sequence[Row], calls: Sequence[str]) -> Disagreement | None:
    """The first call for which all solutions give one value and no error, and the program another."""
    ran = [row for row in others if row.ran]
    total = sum(row.weight for row in ran)
    for place, call in enumerate(calls):
        values = {row.values[place] for row in ran}
        value = next(iter(values), "")
        if len(values) == 1 and total >= FEWEST and _is_value(value) and not _same(value, own.values[place]):
            return Disagreement(call, own.values[place], value, total)
    return None


def shared_values(own: Row, others: Sequence[Row], tested: int) -> list[str]:
    """Values that a program gives for the calls from `tested` on, where those that agree with it before give the same.

    Empty unless enough of them do.
    """
    before = only(own, range(tested))
    agreeing = [row for row in others if row.ran and _agrees(before, only(row, range(tested)))]
    if sum(row.weight for row in agreeing) < FEWEST:
        return []
    given = enumerate(own.values[tested:], tested)
    return [value for place, value in given if _is_value(value) and all(row.values[place] == value for row in agreeing)]


def split_calls(others: Sequence[Row], calls: Sequence[str]) -> list[str]:
    """Calls for which no value, and no error either, is given by more than half of the solutions."""
    ran = [row for row in others if row.ran]
    total = sum(row.weight for row in ran)
    found = []
    for place, call in enumerate(calls):
        given: Counter[str] = Counter()
        for row in ran:
            given[RAISED if row.values[place].startswith(RAISED) else row.values[place]] += row.weight
        if 2 * max(given.values(), default=total) <= total:
            found.append(call)
    return found


def needed(share: float, wanted: int) -> int:
    """Solutions of `wanted` that must agree."""
    return math.ceil(share * wanted - 1e-9)


def _is_answered(rows: Sequence[Row], place: int) -> bool:
    """Whether at least half of the solutions give a value for a call."""
    total = sum(row.weight for row in rows)
    return 2 * sum(row.weight for row in rows if not row.values[place].startswith(RAISED)) >= total


def only(row: Row, places: Sequence[int]) -> Row:
    """A row with some of its calls."""
    return Row(row.cells, tuple(row.values[place] for place in places), row.weight)


def _agrees(own: Row, other: Row) -> bool:
    passed = [theirs for ours, theirs in zip(own.cells, other.cells, strict=True) if ours is Cell.PASSED]
    return all(cell is Cell.PASSED for cell in passed) and all(map(_same, own.values, other.values))


def _same(one: str, other: str) -> bool:
    if one.startswith(RAISED) and other.startswith(RAISED):
        return True
    return one == other or one.startswith(_INCOMPARABLE) or other.startswith(_INCOMPARABLE)


def _is_value(value: str) -> bool:
    return bool(value) and not value.startswith((RAISED, _INCOMPARABLE))


def _against(own: Row, others: Sequence[Row], calls: Sequence[str], agreeing: int) -> Disagreement | None:
    """The largest group of equal solutions that differs from the program, if it is larger than its own."""
    groups: Counter[tuple[str, ...]] = Counter()
    for row in others:
        groups[row.values] += row.weight
    for values, size in groups.most_common():
        if size < FEWEST or size <= agreeing:
            return None
        for call, ours, theirs in zip(calls, own.values, values, strict=True):
            if _is_value(theirs) and not _same(ours, theirs):
                return Disagreement(call, ours, theirs, size)
    return None
