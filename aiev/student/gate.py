"""Compares student and teacher on the test problems of a round, and stores the decision with its evidence.

Invariants: both were evaluated on the same problems; tests that a student wrote count only where a solution of the
teacher, which is independent of them, passes them; the same two evaluations and rules give the same decision.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from aiev.errors import SetupError, UsageError
from aiev.run.identity import SELF_LEARN
from aiev.store.clock import now
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import GateItemRecord, GateRecord
from aiev.store.writing.student import StudentStore
from aiev.student.comparison import GateRules, Rule, Score, decide
from aiev.student.evaluation import Evaluation, answered, passed_by_item
from aiev.student.guard_figures import measure_guards

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.store.student_records import EvaluationRecord


@dataclass(frozen=True, slots=True)
class GateDecision:
    """A decision with its problems."""

    record: GateRecord
    items: list[GateItemRecord]
    set_aside: int
    """Problems that a student made and no solution of the teacher passes."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: the record, with its problems under `items`."""
        return asdict(self.record) | {"items": [asdict(item) for item in self.items]}


async def decide_round(
    config: Config, db: Path, *, teacher: str = "", student: str = "", guards: bool = False
) -> GateDecision:
    """Decide between the newest evaluations of both models, and store the decision.

    Args:
        config: has the rules, and the limits of the guards.
        db: the database.
        teacher: beginning of the id of another evaluation of the teacher.
        student: likewise of the student.
        guards: store the figures of the guards with the decision.

    Raises:
        UsageError: one of them is not evaluated, or both are evaluated on different problems.
        SetupError: see `decide_gate`.
    """
    ReadOnly(db).close()  # a decision about a missing database must not create it
    with StudentStore.open(db) as store, StudentReader.open(db) as reader:
        of_student = newest_evaluation(reader, "student", prefix=student)
        items_hash = "" if teacher else of_student.items_hash
        of_teacher = newest_evaluation(reader, "teacher", prefix=teacher, items_hash=items_hash)
        one, other = (Evaluation(it, answered(reader.samples(it.id))) for it in (of_teacher, of_student))
        self_made = {one.id for one in reader.accepted() if one.recipe == SELF_LEARN}
        decision = decide_gate(one, other, gate_rules(config.settings), self_made=self_made)
        if guards:
            evidence = decision.record.evidence | {"guards": measure_guards(reader, decision.record, config.settings)}
            decision = replace(decision, record=replace(decision.record, evidence=evidence))
        return await store_decision(store, reader, decision)


def _refuse_gaps(evaluation: Evaluation) -> None:
    """Nothing is decided on requests that an endpoint refused."""
    if evaluation.missing:
        record = evaluation.record
        wanted = record.items * record.samples
        raise SetupError(
            f"{evaluation.missing} of {wanted} samples of the {record.subject} {record.model} are missing, since the "
            f"endpoint refused the requests; `aiev evaluate` with --role {record.subject} asks again"
        )


def gate_rules(settings: Settings) -> GateRules:
    """The rules of the configuration."""
    gate = settings.gate
    return GateRules(
        rule=Rule(gate.rule),
        alpha=gate.alpha,
        min_items=gate.min_items,
        confidence=gate.confidence,
        resamples=gate.resamples,
        seed=settings.run.seed,
    )


def decide_gate(
    teacher: Evaluation, student: Evaluation, rules: GateRules, *, self_made: Collection[str] = ()
) -> GateDecision:
    """Decide between two evaluations of the same problems.

    Args:
        teacher: its evaluation.
        student: its evaluation.
        rules: of the comparison.
        self_made: problems whose tests a student wrote; they count only where the teacher passes them.

    Raises:
        UsageError: the problems differ.
        SetupError: an evaluation lacks samples, because the endpoint refused requests.
    """
    for evaluation in (teacher, student):
        _refuse_gaps(evaluation)
    if teacher.record.items_hash != student.record.items_hash:
        raise UsageError(
            f"{teacher.record.model} and {student.record.model} were evaluated on different problems; "
            "run `aiev evaluate` for both of them again"
        )
    counts = [passed_by_item(evaluation.samples) for evaluation in (teacher, student)]
    taken = sorted(item for item in counts[0] if item not in self_made or counts[0][item][1])
    teacher_scores, student_scores = (
        [Score(item, passed=of[item][1], samples=of[item][0]) for item in taken] for of in counts
    )
    decision = decide(teacher_scores, student_scores, rules)
    shaped_by = [teacher.record.id, student.record.id, asdict(rules), taken]
    set_aside = len(counts[0]) - len(taken)
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
        evidence=asdict(decision.evidence) | {"set_aside": set_aside},
        rules=asdict(rules),
        decided_at=now(),
    )
    items = [
        GateItemRecord(record.id, one.item, one.passed, one.samples, other.passed, other.samples)
        for one, other in zip(teacher_scores, student_scores, strict=True)
    ]
    return GateDecision(record, items, set_aside)


async def store_decision(store: StudentStore, reader: StudentReader, decision: GateDecision) -> GateDecision:
    """Store a decision and return it as stored: the first one stays when it is taken again."""
    await store.add_gate(decision.record, decision.items)
    stored = next(record for record in reader.gates() if record.id == decision.record.id)
    return replace(decision, record=stored)


def newest_evaluation(
    reader: StudentReader, subject: str, *, items_hash: str = "", prefix: str = ""
) -> EvaluationRecord:
    """The newest finished evaluation of a subject.

    Raises:
        UsageError: there is none.
    """
    for one in reader.evaluations():
        fits = one.subject == subject and one.finished_at and one.id.startswith(prefix)
        if fits and items_hash in {"", one.items_hash}:
            return one
    raise UsageError(
        f"the {subject} is not evaluated on {'these' if items_hash else 'any'} test problems; "
        f"run `aiev evaluate {reader.path} --role {subject}` first"
    )
