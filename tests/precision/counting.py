"""Precision and recall of acceptance, with their intervals, and what repairs did.

Precision is the share of right programs among the accepted, recall the share of dialogues that were accepted and right
among those in which some round was right. Both are Wilson's 95 % intervals over problems.

Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from precision.outcomes import Dialogue

_Z = 1.959964
"""Two-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of another."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; not a number out of nothing."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's; 0 to 1 out of nothing."""
        if not self.of:
            return 0.0, 1.0
        share, square = self.hits / self.of, _Z * _Z / self.of
        middle = (share + square / 2) / (1 + square)
        half = _Z * math.sqrt(share * (1 - share) / self.of + square / (4 * self.of)) / (1 + square)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.of:
            return "0 of 0"
        low, high = self.interval
        return f"{self.hits} of {self.of} = {self.value:.2f} [{low:.2f}, {high:.2f}]"


@dataclass(frozen=True, slots=True)
class Score:
    """How good a way of accepting is."""

    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Repairs:
    """What happened to right and wrong programs from one round to the next."""

    repairs: int
    mended: int
    """Wrong before, right after."""
    broken: int
    """Right before, wrong after."""
    at_once: int
    """Dialogues whose first program is right."""
    lost: int
    """Dialogues with a right round whose last program is wrong."""


def score(dialogues: Sequence[Dialogue], accepts: Callable[[Dialogue], bool]) -> Score:
    """Precision and recall of a way of accepting over dialogues."""
    kept = [one for one in dialogues if accepts(one)]
    right = sum(one.right for one in kept)
    return Score(Share(right, len(kept)), Share(right, sum(one.solvable for one in dialogues)))


def repairs(dialogues: Iterable[Dialogue]) -> Repairs:
    """Count what repairs did."""
    listed = list(dialogues)
    steps = [pair for one in listed for pair in zip(one.rounds, one.rounds[1:], strict=False)]
    return Repairs(
        len(steps),
        mended=sum(after.right and not before.right for before, after in steps),
        broken=sum(before.right and not after.right for before, after in steps),
        at_once=sum(bool(one.rounds) and one.rounds[0].right for one in listed),
        lost=sum(one.solvable and not one.right for one in listed),
    )
