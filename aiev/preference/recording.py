"""From sampled tests to units, and from a judgement to the rows that the store keeps of it.

Not covered: who is sampled, and the writing itself (`aiev.store.writing`, `run_problem.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.evidence.program_tokens import program_tokens
from aiev.evidence.units import units
from aiev.preference.scorers import parameters
from aiev.store.preference_records import CellRecord, MatrixRecord, PairRecord, ScoreRecord, UnitRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.preference.judgement import Judgement
    from aiev.preference.outcomes import Outcomes
    from aiev.preference.pair import Pair
    from aiev.preference.settings import PreferSettings
    from aiev.store.preference_records import GenerationRecord


def units_of(suites: Sequence[str], language: str) -> tuple[UnitRecord, ...]:
    """The units of sampled tests, in their order; one that differs from an earlier one in layout alone is left out."""
    found: dict[str, tuple[int, str]] = {}
    for tests, suite in enumerate(suites):
        for unit in units(suite, language):
            found.setdefault(program_tokens(unit, language), (tests, unit))
    return tuple(UnitRecord(position, *one) for position, one in enumerate(found.values()))


def matrix_record(
    conversation_id: str,
    *,
    generations: Sequence[GenerationRecord],
    units: Sequence[UnitRecord],
    outcomes: Outcomes,
    judgement: Judgement,
    settings: PreferSettings,
    fast: Sequence[Pair] = (),
) -> MatrixRecord:
    """All that is known of the programs and tests of one problem.

    Args:
        conversation_id: that keeps the problem.
        generations: programs and tests.
        units: of those tests, as they were run.
        outcomes: of those programs and units.
        judgement: of those outcomes.
        settings: that it was made by.
        fast: pairs of efficiency.
    """
    return MatrixRecord(
        conversation_id,
        tuple(generations),
        _judged(units, judgement, settings),
        tuple(
            CellRecord(program, unit, run.verdict, run.cpu_seconds)
            for program, row in enumerate(outcomes.runs)
            for unit, run in enumerate(row)
        ),
        tuple(
            ScoreRecord(str(scorer), parameters(scorer, settings), program, score)
            for scorer, scores in sorted(judgement.scores.items())
            for program, score in enumerate(scores.programs)
        ),
        tuple(
            PairRecord(position, str(one.kind), one.chosen, one.rejected, one.gap, one.rule)
            for position, one in enumerate((*judgement.pairs, *fast))
        ),
    )


def _judged(units: Sequence[UnitRecord], judgement: Judgement, settings: PreferSettings) -> tuple[UnitRecord, ...]:
    """Units with their weights, or why they are set apart."""
    weights = dict(zip(judgement.selection.kept, judgement.scores[settings.scorer].tests, strict=True))
    return tuple(
        replace(unit, set_apart=str(reason or ""), weight=weights.get(unit.position))
        for unit, reason in zip(units, judgement.selection.reasons, strict=True)
    )
