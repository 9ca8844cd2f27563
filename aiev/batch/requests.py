"""The requests that dialogues would begin with, made without beginning them.

Invariant: a request made here has the hash of the one that the dialogue makes, since the same code makes both; that is
how the dialogue finds the reply in the journal. It is the questioner's, or, where problems are given, the programmer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from aiev.dialogue.graph import run_dialogue
from aiev.run.dialogues import dialogue_context
from aiev.run.identity import conversation_id
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.journal import JournalReader
from aiev.store.reading.runs import RunReader
from aiev_agents.messages import ChatRequest, Sampling
from aiev_interpreter.backends.scripted import ScriptedInterpreter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.config.settings import Settings
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.records import EvidenceRecord, SeedRecord
    from aiev_agents.messages import Message
    from aiev_interpreter.protocol import ExecutionResult, Job


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request without a reply, and the conversation that it belongs to."""

    conversation_id: str
    request: ChatRequest


class RequestCapturedError(Exception):
    """A request that was made and not sent."""

    def __init__(self, request: ChatRequest) -> None:
        super().__init__(request.purpose)
        self.request = request


class CapturingModel:
    """A chat model that sends nothing and raises each request instead."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def chat(self, request: ChatRequest) -> NoReturn:
        """Raise the request.

        Raises:
            RequestCapturedError: always.
        """
        raise RequestCapturedError(request)

    async def close(self) -> None:
        """Nothing to close."""


class _NoRecorder:
    """The recorder of a dialogue that ends at its first request; a problem that is given is said before."""

    async def message(self, message: Message, *, round_number: int) -> None:
        """Nothing is kept."""

    async def execution(self, round_number: int, job: Job | None, result: ExecutionResult) -> None:
        """Never called."""
        raise AssertionError(f"an execution in round {round_number} of a dialogue that did not begin: {job}, {result}")

    async def evidence(self, evidence: EvidenceRecord) -> None:
        """Never called."""
        raise AssertionError(f"evidence about a dialogue that did not begin: {evidence}")


async def pending_questions(
    settings: Settings, seeds: Sequence[SeedRecord], run_id: str, db: ReadOnly
) -> tuple[list[PendingRequest], int]:
    """The first requests that a run has no reply to, and the number of those that are answered or in a batch."""
    finished, waiting = RunReader(db).finished_seeds(run_id), BatchReader(db).waiting_hashes(run_id)
    journal = JournalReader(db)
    pending = []
    for seed in seeds:
        if seed.id in finished:
            continue
        request = await first_request(settings, seed)
        if request.hash not in waiting and journal.reply_for(request.hash) is None:
            pending.append(PendingRequest(conversation_id(run_id, seed.id), request))
    return pending, len(seeds) - len(pending)


async def first_request(settings: Settings, seed: SeedRecord) -> ChatRequest:
    """The request that the dialogue of a seed begins with."""
    model = CapturingModel(settings.model.name)
    context = dialogue_context(settings, seed, model, ScriptedInterpreter(()), _NoRecorder())
    try:
        await run_dialogue(context)
    except RequestCapturedError as captured:
        return captured.request
    raise AssertionError("a dialogue ended without a request")


def request_of(canonical: dict[str, Any]) -> ChatRequest:
    """The request of a canonical form."""
    sampling = canonical["sampling"] | {"stop": tuple(canonical["sampling"]["stop"])}
    turns = tuple((role, content) for role, content in canonical["turns"])
    return ChatRequest(**canonical | {"turns": turns, "sampling": Sampling(**sampling)})
