"""What the graph carries from node to node, and what its nodes work with.

Invariant: `DialogueState` holds only what a later node reads; everything with a connection or a process is in
`DialogueContext`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypedDict

if TYPE_CHECKING:
    from aiev.config.settings import Settings
    from aiev_agents.messages import Message
    from aiev_agents.roles.agent import Agent
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job, Limits


class DialogueState(TypedDict, total=False):
    """State of one dialogue. Absent keys have not been reached yet."""

    problem: str
    reply: str
    """The programmer's last reply, as it was written."""
    round: int
    """Executions so far, counted from 1; a malformed reply counts as one."""
    verdict: str
    feedback: str
    """What the interpreter said about the last reply."""


class Recorder(Protocol):
    """Stores what a dialogue produces, as it is produced."""

    async def message(self, message: Message, *, round_number: int) -> None:
        """Store the next message of the conversation."""
        ...

    async def execution(self, round_number: int, job: Job | None, result: ExecutionResult) -> None:
        """Store the result of one round; `job` is None when the reply held no runnable program."""
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
    """The run's seed and the id of the seed snippet: every request derives its own decoding seed from it."""
    settings: Settings
    """Sections `dialogue`, `questioner`, `programmer` and `install`."""

    def request_seed(self, purpose: str, round_number: int) -> int:
        """Decoding seed of one request, 31 bits, the same in every run."""
        digest = hashlib.sha256(f"{self.seed_key}/{purpose}/{round_number}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1
