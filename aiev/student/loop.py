"""What the loop of self-learning does next, as a function of what the store holds.

Invariant: `next_step` is a pure function of facts that are read from the store, so a loop that was killed anywhere
resumes with the step that it was in; every step is repeatable and does only what is missing. Not covered: the steps
themselves (`aiev.recipes.self_learn`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiev.run.identity import SELF_LEARN, run_id
from aiev.store.reading.runs import RunReader
from aiev.student.guards import acceptance
from aiev.student.roles import config_for_training
from aiev.student.rounds import SELF_LEARNING, TEACHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.config.layers import Config
    from aiev.store.reading.student import StudentReader
    from aiev.store.records import SeedRecord
    from aiev.store.student_records import GateRecord, TrainingRecord


class Step(StrEnum):
    """What the loop does next."""

    TEACH = "teach"
    SPLIT = "split"
    TRAIN = "train"
    DECIDE = "decide"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about the next step."""

    rounds: int
    """Frozen rounds."""
    trained: bool
    """Whether the last round's training is done, with all its stages."""
    decided: bool
    """Whether the last round has its decision."""
    waiting: int
    """Dialogues that count (`split.evidence`) and are in no round yet."""
    seeds_left: int
    """Seeds that no run has used."""
    every: int
    """Accepted dialogues to a round."""
    limit: int = 0
    """Rounds to end after; 0 sets none."""


@dataclass(frozen=True, slots=True)
class LoopState:
    """Where the loop is: the facts, and who makes dialogues now."""

    facts: Facts
    stage: str
    """`TEACHING` or `SELF_LEARNING`."""
    training: TrainingRecord | None
    """Of the last round, once it is done."""
    student: TrainingRecord | None
    """Of the student that makes dialogues; None while the teacher does."""


def next_step(facts: Facts) -> Step:
    """The step that the loop is in."""
    if facts.rounds and not facts.trained and not facts.decided:
        return Step.TRAIN
    if facts.rounds and not facts.decided:
        return Step.DECIDE
    if facts.limit and facts.rounds >= facts.limit:
        return Step.DONE
    if facts.waiting >= facts.every:
        return Step.SPLIT
    return Step.TEACH if facts.seeds_left else Step.DONE


def stage_after(gate: GateRecord | None) -> str:
    """Who makes dialogues after a decision: the student only if the gate opened and no guard tripped."""
    if gate is None or not gate.opens or gate.evidence.get("guards", {}).get("trips"):
        return TEACHING
    return SELF_LEARNING


def read_state(reader: StudentReader, config: Config, seeds: Sequence[SeedRecord]) -> LoopState:
    """Read where the loop is from the store.

    Args:
        reader: of the database.
        config: the teacher's.
        seeds: of this start.
    """
    rounds, gates, used = reader.rounds(), reader.gates(), reader.used_seeds()
    last = rounds[-1].number if rounds else 0
    done = [one for one in reversed(reader.trainings()) if one.status == "done"]
    trained = {one.round: one for one in done if one.stages == config.settings.train.stages}
    gate_of = {gate.round: gate for gate in reversed(gates) if gate.round}
    student = _winner(reader, config, gate_of.get(last) or gate_of.get(last - 1), done)
    facts = Facts(
        rounds=last,
        trained=last in trained,
        decided=last in gate_of,
        waiting=sum(not one.part for one in reader.accepted(config.settings.split.evidence)),
        seeds_left=sum(seed.id not in used for seed in seeds),
        every=config.settings.gate.every,
        limit=config.settings.student.rounds,
    )
    return LoopState(facts, SELF_LEARNING if student else TEACHING, trained.get(last), student)


def _winner(
    reader: StudentReader, config: Config, gate: GateRecord | None, trainings: Sequence[TrainingRecord]
) -> TrainingRecord | None:
    """The student that makes dialogues after a decision; None leaves them to the teacher.

    A student of whose dialogues too few are accepted hands back to the teacher in the middle of a round.
    """
    student = next((one for one in trainings if gate and one.adapter == gate.student), None)
    if student is None or stage_after(gate) == TEACHING:
        return None
    share = acceptance(RunReader(reader.db).counts(run_id(config_for_training(config, student), SELF_LEARN)).statuses)
    fails = share is not None and share < config.settings.student.min_acceptance
    return None if fails else student
