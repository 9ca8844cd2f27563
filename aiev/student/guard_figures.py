"""Measures the figures of the guards from the store, for one decision of the gate.

Invariant: reads alone; what a figure means, and its limit, is in `guards.py`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiev.run.identity import SELF_LEARN
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.pairs import near_duplicate_pairs
from aiev.store.reading.runs import RunReader
from aiev.student.evaluation import passed_by_item
from aiev.student.guards import GuardFigures, acceptance, diversity, guards_json, near_duplicate_share
from aiev.student.passk import mean_pass_at_k
from aiev.student.rounds import SELF_LEARNING

if TYPE_CHECKING:
    from aiev.config.settings import Settings
    from aiev.store.reading.student import StudentReader
    from aiev.store.student_records import AcceptedRecord, GateRecord


def measure_guards(reader: StudentReader, record: GateRecord, settings: Settings) -> dict[str, Any]:
    """Figures and trips of a decision's round, JSON-ready."""
    (stage,) = (one.stage for one in reader.rounds() if one.number == record.round)
    mine, best = guard_scores(reader, record, settings.student.guard_items)
    figures = GuardFigures(guard_score=mine, best_guard_score=best)
    if stage == SELF_LEARNING:
        own = [one for one in reader.accepted() if one.round == record.round and one.recipe == SELF_LEARN]
        problems = [one.problem for one in own]
        pairs = set(near_duplicate_pairs(((text, TEXT) for text in problems), settings.split.similarity))
        figures = replace(
            figures,
            acceptance=acceptance(_statuses(reader, own)),
            diversity=diversity(problems),
            near_duplicates=near_duplicate_share(pairs, len(problems)),
        )
    return guards_json(figures, settings.student)


def guard_scores(reader: StudentReader, record: GateRecord, count: int) -> tuple[float | None, float | None]:
    """pass@1 on the guard set: of this decision's student, and of the best student of earlier rounds.

    The guard set is the first `count` test items (by id) of the first round, so it never changes; None where there is
    nothing to measure.
    """
    first = sorted(item.conversation_id for item in reader.round_items() if item.round == 1 and item.part == "test")
    guard = set(first[:count])

    def score(evaluation: str) -> float | None:
        counts = [one for item, one in passed_by_item(reader.samples(evaluation)).items() if item in guard]
        return mean_pass_at_k(counts, 1) if counts else None

    earlier = {gate.student_evaluation for gate in reader.gates() if gate.round < record.round}
    before = [found for found in map(score, earlier) if found is not None]
    return score(record.student_evaluation), max(before, default=None)


def _statuses(reader: StudentReader, made: list[AcceptedRecord]) -> Counter[str]:
    """How the dialogues of the runs ended that made these."""
    statuses: Counter[str] = Counter()
    for run in {one.run_id for one in made}:
        statuses.update(RunReader(reader.db).counts(run).statuses)
    return statuses
