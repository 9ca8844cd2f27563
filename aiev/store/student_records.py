"""Rows about the student as typed values: rounds, trainings, evaluations, gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A round of the gate, frozen: which dialogues it trains on and which it tests on."""

    number: int
    """From 1."""
    stage: str
    """`teaching` or `self_learning`: who made the dialogues that this round added."""
    accepted: int
    """Dialogues with a place when it was frozen."""
    train_hash: str
    """SHA-256 over the training items of this round and all before it."""
    test_hash: str
    frozen_at: str


@dataclass(frozen=True, slots=True)
class RoundItemRecord:
    """A dialogue's place, for good. A round works with its own items and those of every round before it."""

    conversation_id: str
    round: int
    part: str
    """`train`, `test`, or `held`: near to both, so in neither."""


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """One training of the student. `id` is the SHA-256 of everything that shapes its result."""

    id: str
    round: int
    """0 when it was started by hand."""
    base: str
    """Model that was trained."""
    method: str
    """`sft`, `dpo`, `rpo` or `kto`."""
    status: str
    """`running`, `done` or `failed`."""
    reason: str = ""
    path: str = ""
    adapter: str = ""
    """Name that it is served under, such as `aiev-r003-1a2b3c4d`; unique to the weights."""
    adapter_hash: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    started_at: str = ""
    finished_at: str = ""

    @property
    def stages(self) -> tuple[str, ...]:
        """The methods that led to these weights, one after another."""
        return tuple(self.config.get("stages", ("sft",)))

    @property
    def weights(self) -> str:
        """`lora` or `full`; up to 0.2.0 that was the method."""
        return str(self.config.get("weights") or self.config.get("method", "lora"))


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """One model on one set of problems. `id` is the SHA-256 of everything that shapes its result."""

    id: str
    subject: str
    """`teacher`, `student`, or empty for a benchmark."""
    benchmark: str
    """Empty for the test problems of a round."""
    round: int
    model: str
    items_hash: str
    items: int
    samples: int
    config: dict[str, Any]
    interpreter: str
    image: str
    started_at: str
    finished_at: str = ""
    pass_at_k: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """One reply to one problem, and what the problem's own tests said of it."""

    evaluation_id: str
    item: str
    sample: int
    """From 0."""
    request_hash: str
    job_hash: str
    verdict: str
    detail: str
    program: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the problem's own tests passed."""
        return self.verdict == "ok"


@dataclass(frozen=True, slots=True)
class DecontaminationRecord:
    """What of a benchmark was found in what a model was trained on."""

    evaluation_id: str
    training_hash: str
    """SHA-256 over the texts that the benchmark was compared with."""
    report: dict[str, Any]
    made_at: str


@dataclass(frozen=True, slots=True)
class GateRecord:
    """A decision of the gate with its evidence."""

    id: str
    round: int
    teacher: str
    """Name of the model."""
    student: str
    teacher_evaluation: str
    student_evaluation: str
    opens: bool
    reason: str
    sentence: str
    evidence: dict[str, Any]
    rules: dict[str, Any]
    decided_at: str


@dataclass(frozen=True, slots=True)
class GateItemRecord:
    """One problem of a gate with both scores."""

    gate_id: str
    item: str
    teacher_passed: int
    teacher_samples: int
    student_passed: int
    student_samples: int


@dataclass(frozen=True, slots=True)
class AcceptedRecord:
    """An accepted conversation, as splits, tests and guards see it."""

    id: str
    run_id: str
    recipe: str
    model: str
    seed_id: str
    seed_content: str
    language: str
    """Of the problem and its programs."""
    problem: str
    program: str
    tests: str
    requirements: tuple[str, ...]
    finished_at: str
    part: str = ""
    """`train`, `test` or `held`; empty while it is in no round."""
    round: int = 0
    """Round that it entered; 0 while it is in none."""
    status: str = "accepted"
    """Another one only where it has a place from when it was accepted."""
    evidence: str = "none"
    """Status of its evidence now."""
