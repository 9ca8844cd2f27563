"""The teaching stage: one strong model plays both roles over a set of seeds.

A bounded pool of workers pulls seeds; each runs one dialogue through the graph, with its replies and executions in the
journal. Invariants: memory depends on the number of workers, not of seeds; whatever a dialogue produced is in the store
before the next step; a run that is started again goes on with what is missing.

Source: AutoCoder, arXiv 2405.14906, section 2.2 (teaching stage).
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiev import __version__
from aiev.dialogue.graph import run_dialogue
from aiev.dialogue.nodes import MALFORMED
from aiev.dialogue.state import DialogueContext
from aiev.errors import AievError, SetupError, StoreError
from aiev.recipes.journal import JournaledInterpreter, JournaledModel, execution_record
from aiev.recipes.parts import build_agent, build_interpreter, build_limits, build_model
from aiev.recipes.progress import Progress
from aiev.store.reader import Reader
from aiev.store.records import ConversationRecord, MessageRecord, RunRecord
from aiev.store.writer import Store
from aiev_agents.errors import AgentError, ModelRefused, ModelUnavailable
from aiev_agents.messages import Role
from aiev_agents.prompting import prompt_hashes
from aiev_interpreter import InterpreterUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiev.config import Config
    from aiev.store.records import SeedRecord
    from aiev_agents.chat_model import ChatModel
    from aiev_agents.messages import Message
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job


TEACH = "teach"
"""The recipe of this module: the teacher makes the dialogues."""


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

    def __init__(self, config: Config, seeds: Sequence[SeedRecord], db: Path, *, recipe: str = TEACH) -> None:
        self.recipe = recipe
        self.config = config
        self.seeds = seeds
        self.db = db
        self.run_id = run_id(config, recipe)
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
                model = model or await build_model(settings.model)
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
        await store.add_run(self._record(model, interpreter))
        await store.add_seeds(self.seeds)
        with Reader(self.db) as reader:
            finished = reader.finished_seeds(self.run_id)
            waiting = [seed for seed in self.seeds if seed.id not in finished]
            self.progress.already = len(self.seeds) - len(waiting)
            self.progress.total = len(waiting)
            pulled = iter(waiting)
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
            await Item(self, seed=seed, store=store, reader=reader, model=model, interpreter=interpreter).run()

    def _record(self, model: ChatModel, interpreter: Interpreter) -> RunRecord:
        return RunRecord(
            id=self.run_id,
            recipe=self.recipe,
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
        identity = f"{teaching.run_id}:{seed.id}"
        self.conversation = ConversationRecord(
            id=hashlib.sha256(identity.encode()).hexdigest()[:16],
            run_id=teaching.run_id,
            seed_id=seed.id,
            status="running",
            started_at=_now(),
        )
        self._model = JournaledModel(
            model, store=store, journal=reader, conversation_id=self.conversation.id, progress=self._progress
        )
        self._interpreter = JournaledInterpreter(interpreter, reader, self.conversation.id)

    async def run(self) -> None:
        """Run the dialogue; whatever ends it is in the store afterwards.

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
        await self._finish(status, reason, self._progress.seconds - started)

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

    async def _finish(self, status: str, reason: str, seconds: float) -> None:
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

    def _context(self) -> DialogueContext:
        settings = self._settings
        return DialogueContext(
            snippet=self._seed.content,
            language=settings.dialogue.language or self._seed.language,
            questioner=build_agent(self._model, settings.questioner),
            programmer=build_agent(self._model, settings.programmer),
            interpreter=self._interpreter,
            recorder=self,
            limits=build_limits(settings),
            seed_key=f"{settings.run.seed}:{self._seed.id}",
            max_rounds=settings.dialogue.max_rounds,
            basic=settings.dialogue.basic,
            show_failed=settings.dialogue.show_failed,
            describe_tokens=settings.questioner.describe_tokens,
            temperature_step=settings.programmer.temperature_step,
            feedback_chars=settings.dialogue.feedback_chars,
            install=settings.install.enabled,
        )


def run_id(config: Config, recipe: str = TEACH) -> str:
    """Names a run by what shapes its dialogues: configuration, prompts and recipe."""
    parts = [config.fingerprint, recipe, *(f"{name}={digest}" for name, digest in prompt_hashes().items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


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
