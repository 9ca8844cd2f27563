"""Compares student and teacher on the test problems of a round, and keeps the decision with its evidence.

Invariants: both sat the same problems; tests that the student itself wrote decide nothing unless a solution of the
teacher, which is independent of them, passes them; the same two evaluations and rules are the same decision.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from aiev.errors import UsageError
from aiev.run.identity import TEACH
from aiev.store.clock import now
from aiev.store.student_records import GateItemRecord, GateRecord
from aiev.student.comparison import GateRules, Rule, Score, decide
from aiev.student.evaluate import passed_by_item

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from aiev.config.settings import Settings
    from aiev.store.reading.student import StudentReader
    from aiev.store.student_records import EvaluationRecord
    from aiev.store.writing.student import StudentStore
    from aiev.student.evaluate import Sat

    Guards = Callable[[StudentReader, "Judged"], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision with its items."""

    record: GateRecord
    items: list[GateItemRecord]
    set_aside: int
    """Problems that the student made itself and no solution of the teacher passes."""


def gate_rules(settings: Settings) -> GateRules:
    """The rules that the configuration asks for."""
    gate = settings.gate
    return GateRules(
        rule=Rule(gate.rule),
        alpha=gate.alpha,
        min_items=gate.min_items,
        confidence=gate.confidence,
        resamples=gate.resamples,
        seed=settings.run.seed,
    )


def judge(teacher: Sat, student: Sat, rules: GateRules, *, self_made: Collection[str] = ()) -> Judged:
    """Decide between two evaluations of the same problems.

    Args:
        teacher: its evaluation.
        student: its evaluation.
        rules: of the comparison.
        self_made: problems whose tests a student wrote.

    Raises:
        UsageError: the two sat different problems.
    """
    if teacher.record.items_hash != student.record.items_hash:
        raise UsageError(
            f"{teacher.record.model} and {student.record.model} sat different problems; "
            "run `aiev evaluate` for both of them again"
        )
    counts = [passed_by_item(sat.samples) for sat in (teacher, student)]
    taken = sorted(item for item in counts[0] if item not in self_made or counts[0][item][1])
    teacher_scores, student_scores = (
        [Score(item, passed=of[item][1], samples=of[item][0]) for item in taken] for of in counts
    )
    decision = decide(teacher_scores, student_scores, rules)
    shaped_by = [teacher.record.id, student.record.id, asdict(rules), taken]
    record = GateRecord(
        id=hashlib.sha256(json.dumps(shaped_by, sort_keys=True).encode()).hexdigest()[:16],
        round=student.record.round,
        teacher=teacher.record.model,
        student=student.record.model,
        teacher_evaluation=teacher.record.id,
        student_evaluation=student.record.id,
        opens=decision.opens,
        reason=str(decision.reason),
        sentence=decision.sentence,
        evidence=asdict(decision.evidence) | {"set_aside": len(counts[0]) - len(taken)},
        rules=asdict(rules),
        decided_at=now(),
    )
    items = [
        GateItemRecord(record.id, one.item, one.passed, one.samples, other.passed, other.samples)
        for one, other in zip(teacher_scores, student_scores, strict=True)
    ]
    return Judged(record, items, set_aside=len(counts[0]) - len(taken))


async def judge_and_keep(
    store: StudentStore,
    reader: StudentReader,
    teacher: Sat,
    student: Sat,
    rules: GateRules,
    *,
    guards: Guards | None = None,
) -> Judged:
    """`judge`, and write the decision down; with the figures of the guards, if there are any.

    Problems that the student's side made (any recipe but `teach`) are checked against the teacher's solutions.
    Raises what `judge` raises.
    """
    self_made = {one.id for one in reader.accepted() if one.recipe != TEACH}
    judged = judge(teacher, student, rules, self_made=self_made)
    if guards:
        evidence = judged.record.evidence | {"guards": guards(reader, judged)}
        judged = replace(judged, record=replace(judged.record, evidence=evidence))
    await store.add_gate(judged.record, judged.items)
    known = next(record for record in reader.gates() if record.id == judged.record.id)
    return Judged(known, judged.items, judged.set_aside)


def newest(reader: StudentReader, subject: str, *, items_hash: str = "", prefix: str = "") -> EvaluationRecord:
    """The newest finished evaluation of a subject.

    Raises:
        UsageError: there is none.
    """
    for one in reader.evaluations():
        fits = one.subject == subject and one.finished_at and one.id.startswith(prefix)
        if fits and items_hash in {"", one.items_hash}:
            return one
    raise UsageError(
        f"the {subject} has not sat {'these' if items_hash else 'any'} test problems; "
        f"run `aiev evaluate {reader.path} --role {subject}` first"
    )


def gate_json(judged: Judged) -> dict[str, Any]:
    """A decision as plain data."""
    return asdict(judged.record) | {"items": [asdict(item) for item in judged.items]}
