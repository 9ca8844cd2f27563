"""What programs and units that were run against each other come to: units that may judge, scores, and pairs.

Invariant: a judgement has pairs, or the reason why there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.evidence.program_tokens import program_tokens
from aiev.preference.ambiguity import ambiguous
from aiev.preference.constancy import constant_units
from aiev.preference.correctness import correctness_pairs, ranked
from aiev.preference.efficiency import trusted_by
from aiev.preference.outcomes import least_share
from aiev.preference.scorers import scored
from aiev.preference.selection import Reason, Selection
from aiev.preference.settings import Scorer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiev.evidence.scores import Scores
    from aiev.preference.outcomes import Outcomes, Passed
    from aiev.preference.pair import Pair
    from aiev.preference.settings import PreferSettings

AMBIGUOUS = "ambiguous"
NOTHING_TELLS = "no test unit tells the programs apart"
TOO_NEAR = "no two programs are far enough apart"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How the programs of one problem are judged."""

    selection: Selection
    scores: Mapping[Scorer, Scores]
    """By each scorer; of the units those that are kept."""
    pairs: tuple[Pair, ...]
    """Of correctness."""
    reason: str
    """Why there is no pair; else empty."""

    @property
    def ambiguous(self) -> bool:
        """Whether nothing tells which of two groups of programs is right."""
        return self.reason == AMBIGUOUS


def judge(
    programs: Sequence[str], units: Sequence[str], language: str, outcomes: Outcomes, settings: PreferSettings
) -> Judgement:
    """Judge the programs of one problem by the units that they were run against.

    Returns:
        The scores of all scorers, side by side, and the pairs of the one that the settings name.
    """
    selection = Selection.of(outcomes.passed, constant_units(units, programs, language))
    passed = selection.narrowed(outcomes.passed)
    scores = {one: scored(passed, one, settings) for one in Scorer}
    chosen = scores[settings.scorer]
    reason = NOTHING_TELLS if not selection.kept else AMBIGUOUS if ambiguous(passed) else ""
    working = {one: programs[one] for one, works in enumerate(selection.working(outcomes.passed)) if works}
    pairs = () if reason else correctness_pairs(working, language, passed, chosen, settings)
    return Judgement(selection, scores, pairs, reason or ("" if pairs else _why(passed, chosen, settings)))


def _why(passed: Passed, scores: Scores, settings: PreferSettings) -> str:
    best = max(least_share(row, scores.tests) for row in passed)
    return f"no program passes more than {best:.0%} of the weight" if best < settings.best else TOO_NEAR


def trusted(
    programs: Sequence[str], language: str, judgement: Judgement, outcomes: Outcomes, settings: PreferSettings
) -> tuple[dict[int, str], tuple[int, ...]]:
    """Programs that are taken for right, no two alike, and the units by which they are.

    Those units are all that the best program passes, also such as every program passes.
    """
    selection, passed = judgement.selection, outcomes.passed
    scores = judgement.scores[settings.scorer]
    order = ranked(selection.narrowed(passed), scores)
    best = order[0]
    if selection.kept and least_share(selection.narrowed(passed)[best], scores.tests) < settings.best:
        return {}, ()
    telling = [unit for unit, reason in enumerate(selection.reasons) if reason is not Reason.CONSTANT]
    right = trusted_by([[row[unit] for unit in telling] for row in passed], best)
    distinct = {program_tokens(programs[one], language): one for one in reversed(right)}
    return {one: programs[one] for one in sorted(distinct.values())}, tuple(
        unit for unit in telling if passed[best][unit]
    )
