"""The teaching stage: one strong model plays both roles over a set of seeds.

Each seed becomes one dialogue (`item.py`) on the worker pool (`engine.py`), with its replies and executions in the
journal. Invariants: memory depends on the number of workers, not of seeds; whatever a dialogue produced is in the store
before the next step; a run that is started again goes on with what is missing.

Source: AutoCoder, arXiv 2405.14906, section 2.2 (teaching stage).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from aiev import __version__
from aiev.errors import SetupError
from aiev.run.bounded import bounded
from aiev.run.conversation import Item, Workshop
from aiev.run.engine import Engine
from aiev.run.heartbeat import beating
from aiev.run.identity import TEACH, run_id
from aiev.run.journal import journal_of
from aiev.run.limits import RunLimits
from aiev.run.prices import Prices, check_cost_limit
from aiev.run.progress import Before, Progress
from aiev.setup.model import build_model, endpoint_figures
from aiev.setup.parts import build_interpreter
from aiev.store.clock import now
from aiev.store.reading.reader import Reader
from aiev.store.records import RunRecord, StartRecord
from aiev.store.writing.writer import Store
from aiev.telemetry.observed import ObservedInterpreter, ObservedModel
from aiev.telemetry.operations import ItemOperation, Observers, RunOperation
from aiev_agents.roles.prompting import prompt_hashes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from aiev.config.settings import Config
    from aiev.store.records import SeedRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


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
        self,
        config: Config,
        seeds: Sequence[SeedRecord],
        db: Path,
        *,
        recipe: str = TEACH,
        observers: Observers | None = None,
        enough: Callable[[Progress], bool] = lambda _: False,
    ) -> None:
        """Take what a run is made of.

        Args:
            config: shapes its dialogues.
            seeds: what they are about; those that this run has ended are left out.
            db: where they are kept.
            recipe: what the run is called.
            observers: are told what happens.
            enough: looked at before each dialogue; once it says so, no other begins.

        Raises:
            ConfigError: a limit of cost cannot be held.
        """
        check_cost_limit(config.settings)
        self.recipe = recipe
        self.config = config
        self.observers = observers or Observers()
        self.seeds = seeds
        self.db = db
        self.run_id = run_id(config, recipe)
        self.progress = Progress(total=len(seeds))
        settings = config.settings
        self._engine = Engine(settings.run.workers, self.progress, RunLimits.of(settings.limits), enough)

    def languages(self) -> set[str]:
        """In which the programs will be."""
        target = self.config.settings.dialogue.language
        return {target} if target else {seed.language for seed in self.seeds}

    def drain(self) -> None:
        """Take no further seed."""
        self._engine.drain()

    async def run(self, *, model: ChatModel | None = None, interpreter: Interpreter | None = None) -> TeachResult:
        """Work through the seeds.

        Args:
            model: plays the roles; built from the configuration when None.
            interpreter: runs the programs; likewise.

        Raises:
            AievError: a part is missing, or the endpoint refuses all further requests; what was done is kept.
        """
        settings = self.config.settings
        store = Store.open(self.db, full_sync=settings.store.full_sync, waiting=settings.rates.writes)
        try:
            interpreter = interpreter or await build_interpreter(settings, self.languages(), run_id=self.run_id)
            try:
                model = model or await build_model(settings)
                try:
                    await self._start(store, model, interpreter)
                finally:
                    await model.close()
            finally:
                await interpreter.close()
        finally:
            await asyncio.to_thread(store.close)
        return TeachResult(self.run_id, self.progress, interpreter.name, interpreter.image, model.name)

    async def _start(self, store: Store, model: ChatModel, interpreter: Interpreter) -> None:
        """Work, and keep how this start began and ended."""
        record = self._record(model, interpreter)
        await store.add_run(record)
        await store.add_seeds(self.seeds)
        at = now()
        identity = f"{self.run_id}:{at}:{os.getpid()}"
        start = StartRecord(hashlib.sha256(identity.encode()).hexdigest()[:16], self.run_id, at)
        await store.write_start(start)
        outcome, reason = "failed", "ended by force"
        try:
            await self._work(record, store, model, interpreter)
            outcome, reason = self._outcome()
        except asyncio.CancelledError:
            outcome, reason = "interrupted", "stopped at once"
            raise
        except Exception as error:
            reason = str(error)
            raise
        finally:
            ended = replace(start, ended_at=now(), outcome=outcome, reason=reason)
            await asyncio.shield(store.write_start(ended))

    def _outcome(self) -> tuple[str, str]:
        if self.progress.stopped:
            return "limit", self.progress.stopped
        return ("interrupted", "finished what was in flight") if self.progress.draining else ("done", "")

    async def _work(self, record: RunRecord, store: Store, model: ChatModel, interpreter: Interpreter) -> None:
        settings, progress = self.config.settings, self.progress
        with Reader(self.db) as reader:
            _refuse_waiting(reader, self.run_id)
            finished = reader.finished_seeds(self.run_id)
            progress.already = sum(seed.id in finished for seed in self.seeds)
            progress.total = len(self.seeds) - progress.already
            progress.before = self._before(reader)
            figures = partial(endpoint_figures, model)
            if self.observers:
                model = ObservedModel(model, self.observers, settings.model.base_url)
                interpreter = ObservedInterpreter(interpreter, self.observers)
            workshop = Workshop(
                run_id=self.run_id,
                settings=settings,
                store=store,
                journal=journal_of(reader),
                model=model,
                interpreter=bounded(interpreter, settings.rates.executions, settings.rates.installs),
                prices=Prices(settings.model),
                progress=progress,
                stopping=lambda: self._engine.failed,
            )
            waiting = (seed for seed in self.seeds if seed.id not in finished)
            async with beating(store, self.run_id, progress, figures), self._observed(record):
                await self._engine.run(waiting, partial(self._work_on, workshop))

    async def _work_on(self, workshop: Workshop, seed: SeedRecord) -> None:
        item = Item(workshop, seed)
        operation = ItemOperation(item.conversation, workshop.settings.dialogue.language or seed.language)
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

    def _before(self, reader: Reader) -> Before:
        spent = reader.spent(self.run_id)
        accepted = reader.counts(self.run_id).statuses["accepted"]
        return Before(accepted, spent.requests, spent.tokens, spent.cost, spent.unpriced)

    def _record(self, model: ChatModel, interpreter: Interpreter) -> RunRecord:
        return RunRecord(
            id=self.run_id,
            recipe=self.recipe,
            started_at=now(),
            config=self.config.public(),
            config_fingerprint=self.config.fingerprint,
            model=model.name,
            backend=self.config.settings.model.backend,
            interpreter=interpreter.name,
            image=interpreter.image,
            prompts=prompt_hashes(),
            version=__version__,
        )


def _refuse_waiting(reader: Reader, run: str) -> None:
    """Questions that a batch has been paid for are not asked again."""
    if waiting := len(reader.waiting_hashes(run)):
        raise SetupError(
            f"{waiting} questions of this run are in a batch: `aiev batch collect {reader.path} --wait` fetches their "
            f"replies, `aiev batch cancel {reader.path}` gives them up"
        )
