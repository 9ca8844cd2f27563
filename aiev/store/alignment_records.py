"""Rows of self-alignment as typed values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InstructionRecord:
    """What an instruction was made from, and what its responses came to."""

    conversation_id: str
    category: str
    """`function`, `class` or `program`."""
    difficulty: str
    """`easy`, `medium` or `hard`, as the model was asked for it."""
    concepts: tuple[str, ...] = ()
    """Empty where the instruction was written from the snippet itself."""
    shots: dict[str, list[int]] = field(default_factory=dict)
    """Numbers of the examples that were shown, by step."""
    instruction: str = ""
    """Without the tests that it may show; empty when it came to none."""
    responses: int = 0
    passing: int = 0
    learnability: float = 0.0
    """4p(1-p) for the share p of responses that pass."""
    shows_tests: bool = False
    """Whether the conversation's first message shows the tests, so that they are no hidden ones."""
    dropped: str = ""
    """Why sanitising took it out of what is kept; else empty."""


@dataclass(frozen=True, slots=True)
class CandidateRecord:
    """One response to an instruction, and what came of it."""

    position: int
    request_hash: str
    """Leads to the reply in `requests`."""
    program: str
    tests: str
    verdict: str
    """As in `executions`; `malformed` for a response that was not run."""
    detail: str
    assertions: int = 0
    cpu_seconds: float = 0.0
    chosen: bool = False
