"""A dialogue between the store and a file: turns of user and assistant, ready for a trainer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiev.store.reading.preference import ScoredPair

UNKNOWN_LICENCE = "unknown"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a sample."""

    role: str
    """`system`, `user`, `assistant`, or the role of the interpreter's output."""
    content: str
    train: bool = False
    """Whether the loss covers it."""
    output: bool = False
    """Whether it holds what the interpreter printed."""
    passed: bool | None = None
    """Of a programmer's turn: whether its program passed; None for all others."""
    thoughts: str = ""
    """Marked as a family of models marks them; empty unless they are asked for."""

    @property
    def learnt(self) -> str:
        """What a model learns to write: thoughts, and then the content, which alone stands in later prompts."""
        return f"{self.thoughts}{self.content}"


@dataclass(frozen=True, slots=True)
class Sample:
    """A dialogue as a trainer gets it."""

    id: str
    split: str
    turns: tuple[Turn, ...]
    executed: bool
    """Whether it asks for execution and shows it; false teaches when not to run code."""
    language: str
    licence: str
    model: str
    stage: str
    rounds: int
    verdicts: tuple[str, ...]
    source: str
    seed_id: str
    evidence: str = "none"
    """Status of the evidence."""
    evidence_sentence: str = ""
    concepts: tuple[str, ...] = ()
    """Of self-alignment: what the instruction was made from."""
    category: str = ""
    difficulty: str = ""
    seed: str = ""
    """Text of the seed."""
    run: str = ""
    """Id of the run."""
    problem: str = ""
    pairs: tuple[ScoredPair, ...] = ()
    """Of programs that were sampled for the problem."""

    def about(self) -> dict[str, Any]:
        """The columns with the origin of a row; none has a name with a meaning for trainers."""
        return {
            "id": self.id,
            "language": self.language,
            "licence": self.licence,
            "model": self.model,
            "stage": self.stage,
            "rounds": self.rounds,
            "verdicts": list(self.verdicts),
            "source": self.source,
            "seed_id": self.seed_id,
            "executed": self.executed,
            "evidence": self.evidence,
            "evidence_sentence": self.evidence_sentence,
            "concepts": list(self.concepts),
            "category": self.category,
            "difficulty": self.difficulty,
        }
