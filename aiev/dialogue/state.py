"""What the graph carries from node to node, and what its nodes work with.

Invariant: `DialogueState` holds only what a later node reads; everything with a connection or a process is in
`DialogueContext`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypedDict

from aiev.evidence.contract import Contract  # noqa: TC001 - LangGraph reads the state's annotations at run time
from aiev.evidence.witnesses import Witnesses  # noqa: TC001 - likewise
from aiev_interpreter.protocol import Job  # noqa: TC001 - likewise

if TYPE_CHECKING:
    from aiev.config.settings import Settings
    from aiev.store.records import EvidenceRecord
    from aiev_agents.messages import Message
    from aiev_agents.roles.agent import Agent
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Limits


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
    job: Job | None
    """What ran in the last round; None for a reply without a program."""
    contract: Contract
    objection: str
    """What evidence says against a program that passed its tests; empty after a round that failed."""
    witnesses: Witnesses
    """What was written from the problem alone, kept for the evidence of later rounds."""
    evidence: str
    """Standing of the last program that passed: `verified`, `unverified` or `contradicted`."""
    sentence: str
    """That evidence in one line."""


class Recorder(Protocol):
    """Stores what a dialogue produces, as it is produced."""

    async def message(self, message: Message, *, round_number: int) -> None:
        """Store the next message of the conversation."""
        ...

    async def execution(self, round_number: int, job: Job | None, result: ExecutionResult) -> None:
        """Store the result of one round; `job` is None when the reply held no runnable program."""
        ...

    async def evidence(self, evidence: EvidenceRecord) -> None:
        """Store what shows that the program of the last round is right, or wrong."""
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
        """Decoding seed of one request, the same in every run."""
        return decoding_seed(self.seed_key, purpose, round_number)


def decoding_seed(key: str, purpose: str, number: int) -> int:
    """A decoding seed that is drawn by a key, the purpose of a request, and its number: 31 bits."""
    digest = hashlib.sha256(f"{key}/{purpose}/{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
