"""What the graph carries from node to node, and what its nodes work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypedDict

from aiev.preference.judgement import Judgement  # noqa: TC001 - LangGraph reads the state's annotations
from aiev.preference.outcomes import Outcomes  # noqa: TC001 - likewise
from aiev.preference.pair import Pair  # noqa: TC001 - likewise
from aiev.preference.sample import Sample  # noqa: TC001 - likewise
from aiev.store.preference_records import UnitRecord  # noqa: TC001 - likewise
from aiev_agents.roles.agent import Turn  # noqa: TC001 - likewise

if TYPE_CHECKING:
    from aiev.alignment.item import Item
    from aiev.config.settings import Settings
    from aiev.preference.sample import Sampler
    from aiev.preference.timing import Stopwatch
    from aiev_agents.roles.agent import Agent
    from aiev_interpreter.protocol import Interpreter, Limits


class PreferState(TypedDict, total=False):
    """State of one problem. Absent keys have not been reached yet."""

    problem: str
    asked: Turn | None
    """The reply that holds the problem; None for one that was given."""
    sample: Sample
    units: tuple[UnitRecord, ...]
    outcomes: Outcomes
    judgement: Judgement
    fast: tuple[Pair, ...]
    """Pairs of efficiency."""
    reason: str
    """Why there is no pair; empty while there may be one."""


class Recorder(Protocol):
    """Stores what a problem comes to."""

    async def problem(self, state: PreferState) -> None:
        """Store the problem."""
        ...


@dataclass(frozen=True, slots=True)
class PreferContext:
    """What the nodes of one problem work with."""

    item: Item
    """The seed, and what is drawn for it."""
    given: bool
    """Whether the seed is the problem itself."""
    author: Agent
    """Writes problems."""
    sampler: Sampler
    interpreter: Interpreter
    limits: Limits
    stopwatch: Stopwatch
    recorder: Recorder
    settings: Settings
