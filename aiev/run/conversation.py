"""One seed on its way to a dialogue: what happens is stored as it happens, and counted.

Invariant: whatever a dialogue produced is in the store before it is used further; an item that ends is accepted,
discarded or failed with a reason, and one that a stopping run leaves where it stands is gone on with by the next start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev.dialogue.graph import run_dialogue
from aiev.dialogue.nodes import MALFORMED
from aiev.errors import AievError, SetupError, StoreError
from aiev.run.identity import conversation_id
from aiev.run.journal import JournaledInterpreter, JournaledModel, SuspendedError, execution_record
from aiev.setup.parts import build_context
from aiev.store.clock import now
from aiev.store.records import ConversationRecord, MessageRecord
from aiev_agents.errors import AgentError, ModelRefused, ModelUnavailable
from aiev_agents.messages import Role
from aiev_interpreter import InterpreterUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.config.settings import Settings
    from aiev.dialogue.state import DialogueContext
    from aiev.run.journal import Journal
    from aiev.run.prices import Prices
    from aiev.run.progress import Progress
    from aiev.store.records import SeedRecord
    from aiev.store.writing.writer import Store
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.messages import Message
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all items of a run work with."""

    run_id: str
    settings: Settings
    store: Store
    journal: Journal
    model: ChatModel
    interpreter: Interpreter
    prices: Prices
    progress: Progress
    stopping: Callable[[], bool]
    """Whether the run has failed, so that nothing more may be asked."""


class Item:
    """One seed of a run."""

    def __init__(self, workshop: Workshop, seed: SeedRecord) -> None:
        self._store = workshop.store
        self._progress = workshop.progress
        self._settings = workshop.settings
        self._seed = seed
        self._problem = ""
        self._rounds = 0
        self._position = 0
        self._train: list[int] = []
        self._answer: int | None = None
        self._last: Job | None = None
        self.conversation = ConversationRecord(
            id=conversation_id(workshop.run_id, seed.id),
            run_id=workshop.run_id,
            seed_id=seed.id,
            status="running",
            started_at=now(),
        )
        self._model = JournaledModel(
            workshop.model,
            store=workshop.store,
            journal=workshop.journal,
            conversation_id=self.conversation.id,
            progress=workshop.progress,
            prices=workshop.prices,
            stopping=workshop.stopping,
        )
        self._interpreter = JournaledInterpreter(workshop.interpreter, workshop.journal, self.conversation.id)

    async def run(self) -> ConversationRecord | None:
        """Run the dialogue and return how it ended, which is in the store by then; None when it has to wait.

        Raises:
            SetupError: the endpoint refuses every request, or is gone; the item stays to be done.
            StoreError: the database cannot be written.
        """
        started = self._progress.seconds
        try:
            await self._store.start_conversation(self.conversation, wait=False)
            state = await run_dialogue(self._context())
            status, reason = state["status"], state["reason"]
        except SuspendedError:
            self._progress.suspended += 1
            return None
        except (ModelRefused, ModelUnavailable) as error:
            self._progress.suspended += 1
            raise SetupError(f"{error}; everything so far is kept, run the same command again to go on") from None
        except InterpreterUnavailable as error:
            self._progress.suspended += 1
            raise SetupError(str(error)) from None
        except StoreError:
            raise
        except (AgentError, AievError) as error:
            status, reason = "failed", str(error)
        finally:
            await self._interpreter.close()
        return await self._finish(status, reason, self._progress.seconds - started)

    async def message(self, message: Message, *, round_number: int) -> None:
        """See `Recorder.message`."""
        if message.role is Role.ASSISTANT:
            self._answer = self._position
        self._problem = self._problem or message.content
        record = MessageRecord(
            position=self._position,
            role=str(message.role),
            content=message.content,
            train=message.train,
            agent=message.agent,
            prompt_hash=message.prompt_hash,
            request_hash=message.request_hash,
            round=round_number,
        )
        self._position += 1
        await self._store.add_message(self.conversation.id, record)

    async def execution(self, round_number: int, job: Job | None, result: ExecutionResult) -> None:
        """See `Recorder.execution`. The answer that passed is what the loss will cover."""
        verdict = str(result.verdict) if job else MALFORMED
        self._last = job
        self._rounds = round_number
        self._progress.verdicts[verdict] += 1
        if verdict == "ok" and self._answer is not None:
            self._train.append(self._answer)
        name = self._interpreter.hash_of(job)
        record = execution_record(round_number, job, result, name=name, verdict=verdict)
        await self._store.add_execution(self.conversation.id, record, wait=False)
        self._model.after(self._store.position)

    async def _finish(self, status: str, reason: str, seconds: float) -> ConversationRecord:
        ended = replace(
            self.conversation,
            status=status,
            reason=reason,
            rounds=self._rounds,
            problem=self._problem,
            program=self._last.program if self._last else "",
            tests=self._last.tests if self._last else "",
            finished_at=now(),
            seconds=seconds,
            prompt_tokens=self._model.prompt_tokens,
            completion_tokens=self._model.completion_tokens,
            cost=self._model.cost,
        )
        await self._store.finish_conversation(ended, self._train, wait=False)
        self._progress.statuses[status] += 1
        if status == "accepted":
            self._progress.rounds[self._rounds] += 1
        return ended

    def _context(self) -> DialogueContext:
        return build_context(self._settings, self._seed, self._model, self._interpreter, self)
