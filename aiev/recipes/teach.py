"""The teaching stage: one strong model plays both roles over a set of seeds.

A bounded pool of workers pulls seeds; each runs one dialogue through the graph, with its replies and executions in the
journal. Invariants: memory depends on the number of workers, not of seeds; whatever a dialogue produced is in the store
before the next step; a run that is started again goes on with what is missing.

Source: AutoCoder, arXiv 2405.14906, section 2.2 (teaching stage).
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from aiev import __version__
from aiev.dialogue.graph import run_dialogue
from aiev.dialogue.nodes import MALFORMED
from aiev.errors import AievError, SetupError, StoreError
from aiev.recipes.heartbeat import beating
from aiev.recipes.journal import JournaledInterpreter, JournaledModel, execution_record
from aiev.recipes.models import build_model, endpoint_figures
from aiev.recipes.parts import build_context, build_interpreter, conversation_id
from aiev.recipes.progress import Progress
from aiev.store.reader import Reader
from aiev.store.records import ConversationRecord, MessageRecord, RunRecord
from aiev.store.writer import Store
from aiev.telemetry.observed import ObservedInterpreter, ObservedModel
from aiev.telemetry.operations import ItemOperation, Observers, RunOperation
from aiev_agents.errors import AgentError, ModelRefused, ModelUnavailable
from aiev_agents.messages import Role
from aiev_agents.prompting import prompt_hashes
from aiev_interpreter import InterpreterUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from aiev.config import Config
    from aiev.dialogue.state import DialogueContext
    from aiev.store.records import SeedRecord
    from aiev_agents.chat_model import ChatModel
    from aiev_agents.messages import Message
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job


@dataclass(frozen=True, slots=True)
class TeachResult:
    """What a run came to."""

    run_id: str
    progress: Progress
    interpreter: str
    image: str
    model: str


class Teaching:
    """One start of a run. `drain()` lets what is in flight end and takes nothing new."""

    def __init__(
        self, config: Config, seeds: Sequence[SeedRecord], db: Path, *, observers: Observers | None = None
    ) -> None:
        self.config = config
        self.observers = observers or Observers()
        self.seeds = seeds
        self.db = db
        self.run_id = run_id(config)
        self.progress = Progress(total=len(seeds))
        self._draining = asyncio.Event()

    def languages(self) -> set[str]:
        """In which the programs will be."""
        target = self.config.settings.dialogue.language
        return {target} if target else {seed.language for seed in self.seeds}

    def drain(self) -> None:
        """Take no further seed."""
        self._draining.set()
        self.progress.draining = True

    async def run(self, *, model: ChatModel | None = None, interpreter: Interpreter | None = None) -> TeachResult:
        """Work through the seeds.

        Args:
            model: plays the roles; built from the configuration when None.
            interpreter: runs the programs; likewise.

        Raises:
            AievError: a part is missing, or the endpoint refuses all further requests; what was done is kept.
        """
        settings = self.config.settings
        store = Store.open(self.db, full_sync=settings.store.full_sync)
        try:
            interpreter = interpreter or await build_interpreter(settings, self.languages(), run_id=self.run_id)
            try:
                model = model or await build_model(settings)
                try:
                    await self._work(store, model, interpreter)
                finally:
                    await model.close()
            finally:
                await interpreter.close()
        finally:
            await asyncio.to_thread(store.close)
        return TeachResult(self.run_id, self.progress, interpreter.name, interpreter.image, model.name)

    async def _work(self, store: Store, model: ChatModel, interpreter: Interpreter) -> None:
        record = self._record(model, interpreter)
        await store.add_run(record)
        await store.add_seeds(self.seeds)
        with Reader(self.db) as reader:
            _refuse_waiting(reader, self.run_id)
            finished = reader.finished_seeds(self.run_id)
            waiting = [seed for seed in self.seeds if seed.id not in finished]
            self.progress.already = len(self.seeds) - len(waiting)
            self.progress.total = len(waiting)
            pulled = iter(waiting)
            figures = partial(endpoint_figures, model)
            if self.observers:
                model = ObservedModel(model, self.observers, self.config.settings.model.base_url)
                interpreter = ObservedInterpreter(interpreter, self.observers)
            async with beating(store, self.run_id, self.progress, figures), self._observed(record):
                try:
                    async with asyncio.TaskGroup() as group:
                        for _ in range(min(self.config.settings.run.workers, len(waiting))):
                            group.create_task(self._worker(pulled, store, reader, model, interpreter))
                except BaseExceptionGroup as errors:
                    raise _first(errors) from None

    async def _worker(
        self,
        seeds: Iterator[SeedRecord],
        store: Store,
        reader: Reader,
        model: ChatModel,
        interpreter: Interpreter,
    ) -> None:
        for seed in seeds:
            if self._draining.is_set():
                return
            item = Item(self, seed=seed, store=store, reader=reader, model=model, interpreter=interpreter)
            operation = ItemOperation(item.conversation, self.config.settings.dialogue.language or seed.language)
            with self.observers.observe(operation):
                operation.ended = await item.run()

    @asynccontextmanager
    async def _observed(self, record: RunRecord) -> AsyncIterator[None]:
        """Let observers see this start of the run, and what it came to."""
        operation = RunOperation(record, seeds=self.progress.total)
        with self.observers.observe(operation):
            try:
                yield
            finally:
                operation.statuses, operation.tokens = dict(self.progress.statuses), self.progress.tokens

    def _record(self, model: ChatModel, interpreter: Interpreter) -> RunRecord:
        return RunRecord(
            id=self.run_id,
            recipe="teach",
            started_at=_now(),
            config=self.config.public(),
            config_fingerprint=self.config.fingerprint,
            model=model.name,
            backend=self.config.settings.model.backend,
            interpreter=interpreter.name,
            image=interpreter.image,
            prompts=prompt_hashes(),
            version=__version__,
        )


class Item:
    """One seed on its way to a dialogue; records what happens and counts it."""

    def __init__(
        self,
        teaching: Teaching,
        *,
        seed: SeedRecord,
        store: Store,
        reader: Reader,
        model: ChatModel,
        interpreter: Interpreter,
    ) -> None:
        self._store = store
        self._progress = teaching.progress
        self._settings = teaching.config.settings
        self._seed = seed
        self._problem = ""
        self._rounds = 0
        self._position = 0
        self._train: list[int] = []
        self._answer: int | None = None
        self._last: Job | None = None
        self.conversation = ConversationRecord(
            id=conversation_id(teaching.run_id, seed.id),
            run_id=teaching.run_id,
            seed_id=seed.id,
            status="running",
            started_at=_now(),
        )
        self._model = JournaledModel(
            model, store=store, journal=reader, conversation_id=self.conversation.id, progress=self._progress
        )
        self._interpreter = JournaledInterpreter(interpreter, reader, self.conversation.id)

    async def run(self) -> ConversationRecord:
        """Run the dialogue and return how it ended, which is in the store by then.

        Raises:
            SetupError: the endpoint refuses every request, or is gone; the item stays to be done.
            StoreError: the database cannot be written.
        """
        started = self._progress.seconds
        self._progress.in_flight += 1
        try:
            await self._store.start_conversation(self.conversation)
            state = await run_dialogue(self._context())
            status, reason = state["status"], state["reason"]
        except (ModelRefused, ModelUnavailable) as error:
            raise SetupError(f"{error}; everything so far is kept, run the same command again to go on") from None
        except InterpreterUnavailable as error:
            raise SetupError(str(error)) from None
        except StoreError:
            raise
        except (AgentError, AievError) as error:
            status, reason = "failed", str(error)
        finally:
            self._progress.in_flight -= 1
            await self._interpreter.close()
        return await self._finish(status, reason, self._progress.seconds - started)

    async def message(self, message: Message, *, round_number: int) -> None:
        """See `Recorder.message`."""
        if message.role is Role.ASSISTANT:
            self._answer = self._position
        self._problem = self._problem or message.content
        record = MessageRecord(
            position=self._position,
            role=message.role,
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
        record = execution_record(round_number, job, result, image=self._interpreter.image, verdict=verdict)
        await self._store.add_execution(self.conversation.id, record)

    async def _finish(self, status: str, reason: str, seconds: float) -> ConversationRecord:
        self._progress.statuses[status] += 1
        if status == "accepted":
            self._progress.rounds[self._rounds] += 1
        ended = replace(
            self.conversation,
            status=status,
            reason=reason,
            rounds=self._rounds,
            problem=self._problem,
            program=self._last.program if self._last else "",
            tests=self._last.tests if self._last else "",
            finished_at=_now(),
            seconds=seconds,
            prompt_tokens=self._model.prompt_tokens,
            completion_tokens=self._model.completion_tokens,
        )
        await self._store.finish_conversation(ended, self._train)
        return ended

    def _context(self) -> DialogueContext:
        return build_context(self._settings, self._seed, self._model, self._interpreter, self)


def run_id(config: Config) -> str:
    """Names a run by what shapes its dialogues: configuration, prompts and recipe."""
    parts = [config.fingerprint, "teach", *(f"{name}={digest}" for name, digest in prompt_hashes().items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _refuse_waiting(reader: Reader, run: str) -> None:
    """Questions that a batch has been paid for are not asked again."""
    if waiting := len(reader.waiting_hashes(run)):
        raise SetupError(
            f"{waiting} questions of this run are in a batch: `aiev batch collect {reader.path} --wait` fetches their "
            f"replies, `aiev batch cancel {reader.path}` gives them up"
        )


def _first(errors: BaseExceptionGroup) -> BaseException:
    """The first error of a group that a person can act on, else the first of all."""
    flat: list[BaseException] = []
    stack: list[BaseException] = [errors]
    while stack:
        error = stack.pop()
        if isinstance(error, BaseExceptionGroup):
            stack += error.exceptions
        else:
            flat.append(error)
    return next((error for error in flat if isinstance(error, AievError)), flat[0])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
