"""What the graph carries from node to node, and what its nodes work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypedDict

from aiev.alignment.candidate import Candidate, Response  # noqa: TC001 - LangGraph reads the state's annotations
from aiev.dialogue.state import decoding_seed
from aiev.store.records import EvidenceRecord  # noqa: TC001 - likewise
from aiev_agents.roles.agent import Turn  # noqa: TC001 - likewise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.alignment.item import Item
    from aiev.config.settings import Settings
    from aiev_agents.roles.agent import Agent
    from aiev_interpreter.protocol import Interpreter, Limits


class AlignState(TypedDict, total=False):
    """State of one item. Absent keys have not been reached yet."""

    concepts: tuple[str, ...]
    instruction: str
    asked: Turn
    """The reply that holds the instruction."""
    responses: tuple[Response, ...]
    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    evidence: EvidenceRecord | None
    reason: str
    """Why nothing is kept; empty while something may be."""


class Recorder(Protocol):
    """Stores what an item produces."""

    async def instruction(self, state: AlignState) -> None:
        """Store what the instruction was made from, and the instruction."""
        ...

    async def candidates(self, candidates: Sequence[Candidate]) -> None:
        """Store the responses with their results."""
        ...


@dataclass(frozen=True, slots=True)
class AlignContext:
    """What the nodes of one item work with."""

    item: Item
    agent: Agent
    """The model that writes all of it."""
    interpreter: Interpreter
    limits: Limits
    recorder: Recorder
    settings: Settings

    def seed(self, purpose: str, number: int) -> int:
        """Decoding seed of one request, the same in every start."""
        return decoding_seed(self.item.key, purpose, number)
