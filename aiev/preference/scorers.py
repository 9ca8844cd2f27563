"""The scorers, side by side: each scores the programs and weighs the units of one matrix.

Invariant: scores and weights are 0 to 1, and a program that passes nothing has 0. Not covered: which units may judge
(`selection.py`); scorers take whatever they are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.scores import Scores, scores
from aiev.preference.consensus import b4, codet
from aiev.preference.outcomes import known_share
from aiev.preference.settings import Scorer

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.preference.outcomes import Passed, Row
    from aiev.preference.settings import PreferSettings


def scored(passed: Passed, scorer: Scorer, settings: PreferSettings) -> Scores:
    """Scores of programs and weights of units by one scorer."""
    if scorer is Scorer.CODEDPO:
        return scores(passed, damping=settings.damping, rounds=settings.rounds)
    return _OTHERS[scorer](passed)


def parameters(scorer: Scorer, settings: PreferSettings) -> dict[str, float]:
    """The settings that a scorer goes by."""
    return {"damping": settings.damping, "rounds": settings.rounds} if scorer is Scorer.CODEDPO else {}


def pass_count(passed: Passed) -> Scores:
    """Share of the known cells that each program passes; every unit weighs the same."""
    weights = _equal(passed)
    return Scores(tuple(known_share(row, weights) for row in passed), weights)


def all_pass(passed: Passed) -> Scores:
    """1 for each program that passes all known cells; every unit weighs the same."""
    return Scores(tuple(float(any(row) and False not in row) for row in passed), _equal(passed))


def aces(passed: Passed) -> Scores:
    """Score programs by units that weigh as much as the other units agree with them.

    Each unit is left out in turn, and programs are ranked by the share of the others that they pass. The weight is how
    far that ranking's AUC for the unit's own verdicts is above chance: 1 when every program that passes the unit stands
    above every one that fails it, 0 at chance or below.

    Source: the leave-one-out AUC of arXiv 2604.03922. The weight is our own reading of its abstract (the AUC is
    proportional to how well a unit tells right from wrong), not the closed form of its ACES-C.
    """
    weights = tuple(max(0.0, 2 * _left_out(passed, unit) - 1) for unit in range(len(_equal(passed))))
    return Scores(tuple(known_share(row, weights) for row in passed), weights)


def _left_out(passed: Passed, unit: int) -> float:
    """AUC of the ranking by all other units, for the verdicts of one; ties count half, and nothing to compare 0.5."""
    ranked = [(row[unit], _share([*row[:unit], *row[unit + 1 :]])) for row in passed]
    pairs = [
        (above > below) + (above == below) / 2
        for held, above in ranked
        if held
        for failed, below in ranked
        if failed is False
    ]
    return sum(pairs) / len(pairs) if pairs else 0.5


def _share(row: Row) -> float:
    return known_share(row, (1.0,) * len(row))


def _equal(passed: Passed) -> tuple[float, ...]:
    return (1.0,) * (len(passed[0]) if passed else 0)


_OTHERS: dict[Scorer, Callable[[Passed], Scores]] = {
    Scorer.PASS_COUNT: pass_count,
    Scorer.ALL_PASS: all_pass,
    Scorer.CODET: codet,
    Scorer.B4: b4,
    Scorer.ACES: aces,
}
