"""Pairs of a program that is right by its scores and one that is wrong.

Invariant: a missing cell never makes a pair: it counts as failed for the chosen program, and as passed for the rejected
one. Source of the margins: AceCoder, arXiv 2502.01718, section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.preference.outcomes import least_share, most_share
from aiev.preference.pair import Kind, Pair, comparable, matched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiev.evidence.scores import Scores
    from aiev.preference.outcomes import Passed
    from aiev.preference.settings import PreferSettings

_DIGITS = 9
"""Shares are rounded, so that 0.85 - 0.45 is 0.4."""


def ranked(passed: Passed, scores: Scores) -> list[int]:
    """Programs by score; of equals those first that surely pass more of the weight, then those that may."""
    weights = scores.tests

    def key(one: int) -> tuple[float, float, float, int]:
        row = passed[one]
        return -scores.programs[one], -least_share(row, weights), -most_share(row, weights), one

    return sorted(range(len(passed)), key=key)


def correctness_pairs(
    programs: Mapping[int, str], language: str, passed: Passed, scores: Scores, settings: PreferSettings
) -> tuple[Pair, ...]:
    """The best against the worst by score, with margins.

    Args:
        programs: texts of those that pass anything at all; one that does not run teaches nothing.
        language: of all of them.
        passed: by program, then by unit that may judge.
        scores: of those programs and units.
        settings: margins.
    """
    least = [round(least_share(row, scores.tests), _DIGITS) for row in passed]
    most = [round(most_share(row, scores.tests), _DIGITS) for row in passed]

    def gap(best: int, worst: int) -> float:
        wide = round(least[best] - most[worst], _DIGITS)
        apart = least[best] >= settings.best and wide >= settings.gap and scores.programs[best] > scores.programs[worst]
        return wide if apart and comparable(programs[best], programs[worst], language, settings) else 0.0

    order = [one for one in ranked(passed, scores) if one in programs]
    return tuple(
        Pair(Kind.CORRECTNESS, best, worst, wide, f"passes {least[best]:.0%} against {most[worst]:.0%} of the weight")
        for best, worst, wide in matched(order, gap, settings.pairs)
    )
