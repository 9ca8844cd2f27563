"""Pairs of programs, and who is paired with whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiev.evidence.normal_form import form
from aiev.evidence.program_tokens import program_tokens
from aiev.evidence.trees import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiev.preference.settings import PreferSettings


class Kind(StrEnum):
    """What a chosen program is better at."""

    CORRECTNESS = "correctness"
    EFFICIENCY = "efficiency"


@dataclass(frozen=True, slots=True)
class Pair:
    """A program that is preferred to another one; both by position."""

    kind: Kind
    chosen: int
    rejected: int
    gap: float
    """Correctness: by how much more of the units' weight the chosen one passes. Efficiency: share of the CPU time that
    it saves. 0 to 1."""
    rule: str
    """Why, in words."""


def matched(order: Sequence[int], gap: Callable[[int, int], float], most: int) -> list[tuple[int, int, float]]:
    """The best with the worst, the next with the next, as long as there is a gap; nobody twice.

    Args:
        order: programs, best first.
        gap: of a better and a worse program; 0 where they make no pair.
        most: pairs, at most.
    """
    found: list[tuple[int, int, float]] = []
    free = list(order)
    for best in order:
        if best not in free or len(found) == most:
            continue
        worse = reversed(free[free.index(best) + 1 :])
        pair = next(((best, one, wide) for one in worse if (wide := gap(best, one)) > 0), None)
        if pair:
            found.append(pair)
            free = [one for one in free if one not in pair[:2]]
    return found


def comparable(first: str, second: str, language: str, settings: PreferSettings) -> bool:
    """Whether two programs differ in more than layout and comments, and not too much in length."""
    lengths = len(first.strip()), len(second.strip())
    return 0 < max(lengths) <= settings.length_ratio * min(lengths) and not alike(first, second, language)


def alike(first: str, second: str, language: str) -> bool:
    """Whether two programs differ in nothing but layout, comments and the names of what they bind."""
    one, other = tree(first, language), tree(second, language)
    if one is None or other is None:
        return first.strip() == second.strip()
    return form(one) == form(other) or program_tokens(first, language) == program_tokens(second, language)
