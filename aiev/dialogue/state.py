"""What the graph carries from node to node, and what its nodes may use.

Invariant: `DialogueState` holds values only; everything with a connection or a process is in `DialogueContext`, so a
state can be compared, printed and thrown away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypedDict

from aiev_agents.roles.reply import Reply  # noqa: TC001 - LangGraph reads the state's annotations at run time

if TYPE_CHECKING:
    from aiev_agents.messages import Message
    from aiev_agents.roles.agent import Agent
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job, Limits


class DialogueState(TypedDict, total=False):
    """State of one dialogue. Absent keys have not been reached yet."""

    problem: str
    reply: str
    """The programmer's last answer, as it was written."""
    parsed: Reply | None
    """The same, taken apart; None when it held no runnable program."""
    round: int
    """Executions so far, counted from 1; a malformed reply counts as one."""
    verdict: str
    feedback: str
    """What the interpreter said about the last answer."""
    description: str
    """What the questioner said about it."""
    status: str
    reason: str


class Recorder(Protocol):
    """Keeps what a dialogue produces, as it is produced."""

    async def message(self, message: Message, *, round_number: int) -> None:
        """Keep the next message of the conversation."""
        ...

    async def execution(self, round_number: int, job: Job | None, result: ExecutionResult) -> None:
        """Keep the result of one round; `job` is None when there was no runnable program."""
        ...


@dataclass(frozen=True, slots=True)
class DialogueContext:
    """What the nodes of one dialogue work with."""

    snippet: str
    language: str
    """Of the problem and its programs; the snippet may be in another."""
    questioner: Agent
    programmer: Agent
    interpreter: Interpreter
    recorder: Recorder
    limits: Limits
    seed_key: str
    """The run's seed together with the item's id: every request draws its own decoding seed from it."""
    max_rounds: int = 7
    basic: bool = False
    """Ask for easy problems about plain values."""
    show_failed: bool = True
    """Show the programmer the reply that failed, not only what was said of it."""
    describe_tokens: int = 400
    """Longest description of a failure."""
    temperature_step: float = 0.0
    """Added to the programmer's temperature at each repair, up to 1."""
    feedback_chars: int = 2000
    install: bool = True

    def request_seed(self, purpose: str, round_number: int) -> int:
        """Decoding seed of one request, 31 bits: the same item asks the same way in every run."""
        digest = hashlib.sha256(f"{self.seed_key}/{purpose}/{round_number}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1
