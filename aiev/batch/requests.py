"""The requests that a run's dialogues would begin with, made without beginning them.

Invariant: a request made here has the hash of the one that the dialogue itself makes, since both are made by the same
code; that is what lets the dialogue find the reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from aiev.dialogue.nodes import question
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
    from aiev.store.records import SeedRecord
    from aiev_agents.messages import Message
    from aiev_interpreter.protocol import ExecutionResult, Job


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and the conversation that it is for."""

    conversation_id: str
    request: ChatRequest


class WouldAskError(Exception):
    """A request that was not sent."""

    def __init__(self, request: ChatRequest) -> None:
        super().__init__(request.purpose)
        self.request = request


class Overhearing:
    """A chat model that lets nothing through: it only learns what would be asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def chat(self, request: ChatRequest) -> NoReturn:
        """Hand the request back, as an error."""
        raise WouldAskError(request)

    async def close(self) -> None:
        """Nothing to give back."""


class _NothingToRecord:
    """A recorder of a dialogue that never gets to its first message."""

    async def message(self, message: Message, *, round_number: int) -> None:
        """Never called."""
        raise AssertionError(f"round {round_number} of a dialogue that was not begun: {message.role}")

    async def execution(self, round_number: int, job: Job | None, result: ExecutionResult) -> None:
        """Never called."""
        raise AssertionError(f"round {round_number} of a dialogue that was not begun: {job}, {result.verdict}")


async def questions(
    settings: Settings, seeds: Sequence[SeedRecord], run_id: str, db: ReadOnly
) -> tuple[list[Asked], int]:
    """The questions that a run still has to ask, and the number of those that are answered or on their way."""
    finished, waiting = RunReader(db).finished_seeds(run_id), BatchReader(db).waiting_hashes(run_id)
    journal = JournalReader(db)
    asked = []
    for seed in seeds:
        if seed.id in finished:
            continue
        request = await first_request(settings, seed)
        if request.hash not in waiting and journal.reply_for(request.hash) is None:
            asked.append(Asked(conversation_id(run_id, seed.id), request))
    return asked, len(seeds) - len(asked)


async def first_request(settings: Settings, seed: SeedRecord) -> ChatRequest:
    """The request that the dialogue of a seed begins with."""
    model = Overhearing(settings.model.name)
    context = dialogue_context(settings, seed, model, ScriptedInterpreter(()), _NothingToRecord())
    try:
        await question(context)
    except WouldAskError as would:
        return would.request
    raise AssertionError("a question was answered by nobody")


def request_of(canonical: dict[str, Any]) -> ChatRequest:
    """The request that a canonical form was made from."""
    sampling = canonical["sampling"] | {"stop": tuple(canonical["sampling"]["stop"])}
    turns = tuple((role, content) for role, content in canonical["turns"])
    return ChatRequest(**canonical | {"turns": turns, "sampling": Sampling(**sampling)})
