"""The loop of self-learning as a state machine whose state is what the store holds.

    teach ──(gate.every accepted)──> split ──> train ──> decide ──┐
      ^                                                           │
      └── by the student if the gate opened and no guard tripped, ┘
          else by the teacher

Invariant: `next_step` is a pure function of facts that are read from the store, so a loop that was killed anywhere goes
on with the step that it was in; every step is repeatable and does only what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiev.student.rounds import SELF_LEARNING, TEACHING

if TYPE_CHECKING:
    from aiev.store.student_records import GateRecord


class Step(StrEnum):
    """What is to be done now."""

    TEACH = "teach"
    SPLIT = "split"
    TRAIN = "train"
    DECIDE = "decide"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store says about a loop."""

    rounds: int
    """Frozen rounds."""
    trained: bool
    """Whether the last round's training is done."""
    decided: bool
    """Whether the last round has its decision."""
    waiting: int
    """Accepted dialogues that are in no round yet."""
    seeds_left: int
    """Seeds that no run has used."""
    every: int
    """Accepted dialogues to a round."""
    limit: int = 0
    """Rounds to end after; 0 sets none."""


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
    """Who makes dialogues after a decision: the student only through an open gate and with no guard tripped."""
    if gate is None or not gate.opens or gate.evidence.get("guards", {}).get("trips"):
        return TEACHING
    return SELF_LEARNING
