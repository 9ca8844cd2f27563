"""The teaching stage: one strong model plays both roles over a set of seeds.

Each seed becomes one dialogue (`aiev.run.dialogues`) on the worker pool (`aiev.run.engine`). Invariants: memory depends
on the number of workers, not of seeds; whatever a dialogue produced is stored before its next step; the same command
resumes a run.

Source: AutoCoder, arXiv 2405.14906, section 2.2 (teaching stage).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev.run.bounded import bounded
from aiev.run.context import RunContext
from aiev.run.dialogues import RunDialogue
from aiev.run.engine import Engine
from aiev.run.heartbeat import beating
from aiev.run.identity import TEACH, run_id
from aiev.run.journal import journal_of
from aiev.run.lease import lease_of_run, leased
from aiev.run.prices import Prices, check_cost_limit
from aiev.run.progress import Before, Progress
from aiev.run.result import RunResult
from aiev.run.start import recorded_start, run_record
from aiev.setup.interpreter import build_interpreter
from aiev.setup.model import build_model, endpoint_figures
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.journal import JournalReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.runs import RunReader
from aiev.store.writing.store import Store
from aiev.telemetry.observed import ObservedInterpreter, ObservedModel
from aiev.telemetry.operations import DialogueOperation, Observers, RunOperation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.store.records import RunRecord, SeedRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


class Teaching:
    """One start of a run. `drain()` finishes the dialogues in flight and begins no other."""

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
        """Prepare a start; nothing is opened yet.

        Args:
            config: shapes the dialogues.
            seeds: one dialogue each; those that this run has finished are left out.
            db: the database; made when there is none.
            recipe: name of the recipe that the run belongs to.
            observers: told of every operation.
            enough: asked before each dialogue; once it says so, no other begins.

        Raises:
            ConfigError: a limit of cost cannot be enforced, because prices are unknown.
        """
        check_cost_limit(config.settings)
        self.config = config
        self.seeds = seeds
        self.db = db
        self.recipe = recipe
        self.run_id = run_id(config, recipe)
        self.progress = Progress(total=len(seeds))
        self._observers = observers or Observers()
        settings = config.settings
        self._engine = Engine(settings.run.workers, self.progress, settings.limits, enough)

    def languages(self) -> set[str]:
        """Languages of the programs."""
        target = self.config.settings.dialogue.language
        return {target} if target else {seed.language for seed in self.seeds}

    def drain(self) -> None:
        """Begin no further dialogue."""
        self._engine.drain()

    async def run(self, *, model: ChatModel | None = None, interpreter: Interpreter | None = None) -> RunResult:
        """Make the dialogues.

        Args:
            model: plays both roles; opened from the configuration when None. It is closed at the end.
            interpreter: runs the programs; likewise.

        Raises:
            LeaseError: another process makes this run.
            AievError: something cannot be opened, or the endpoint refuses all requests; what was done is kept.
        """
        settings = self.config.settings
        async with AsyncExitStack() as closing:
            store = Store.open(self.db, full_sync=settings.store.full_sync, waiting=settings.rates.writes)
            closing.push_async_callback(asyncio.to_thread, store.close)
            await closing.enter_async_context(leased(store, lease_of_run(self.run_id)))
            interpreter = interpreter or await build_interpreter(settings, self.languages(), run_id=self.run_id)
            closing.push_async_callback(interpreter.close)
            model = model or await build_model(settings)
            closing.push_async_callback(model.close)
            record = run_record(self.config, self.run_id, self.recipe, model, interpreter)
            await store.add_run(record)
            await store.add_seeds(self.seeds)
            async with recorded_start(store, self.run_id, self.progress):
                await self._make_all(record, store, model, interpreter)
                self.progress.check_answered()
        return RunResult(
            self.run_id, self.progress, interpreter.name, interpreter.image, model.name, interpreter.notice
        )

    async def _make_all(self, record: RunRecord, store: Store, model: ChatModel, interpreter: Interpreter) -> None:
        with ReadOnly(self.db) as db:
            _refuse_open_batches(BatchReader(db), self.run_id)
            waiting = self._resume(RunReader(db))
            context = self._context(store, JournalReader(db), model, interpreter)
            with self._observed(record):
                async with beating(store, self.run_id, self.progress, partial(endpoint_figures, model)):
                    await self._engine.run(waiting, partial(self._make_one, context))

    def _resume(self, reader: RunReader) -> Iterator[SeedRecord]:
        """The seeds that this run has not finished, with what earlier starts came to in `progress`."""
        finished, progress = reader.finished_seeds(self.run_id), self.progress
        progress.already = sum(seed.id in finished for seed in self.seeds)
        progress.total = len(self.seeds) - progress.already
        spent, accepted = reader.spent(self.run_id), reader.counts(self.run_id).statuses["accepted"]
        progress.before = Before(accepted, spent.requests, spent.tokens, spent.cost, spent.unpriced)
        return (seed for seed in self.seeds if seed.id not in finished)

    def _context(self, store: Store, reader: JournalReader, model: ChatModel, interpreter: Interpreter) -> RunContext:
        settings = self.config.settings
        if self._observers:
            model = ObservedModel(model, self._observers, settings.model.base_url)
            interpreter = ObservedInterpreter(interpreter, self._observers)
        return RunContext(
            run_id=self.run_id,
            settings=settings,
            store=store,
            journal=journal_of(reader),
            model=model,
            interpreter=bounded(interpreter, settings.rates.executions, settings.rates.installs),
            prices=Prices(settings.model),
            progress=self.progress,
            stopping=lambda: self._engine.failed,
            callbacks=self._observers.callbacks,
        )

    async def _make_one(self, context: RunContext, seed: SeedRecord) -> None:
        dialogue = RunDialogue(context, seed)
        language = context.settings.dialogue.language or seed.language
        operation = DialogueOperation(dialogue.conversation, language)
        with self._observers.observe(operation):
            operation.ended = await dialogue.make()

    @contextmanager
    def _observed(self, record: RunRecord) -> Iterator[None]:
        """Show observers this start, and what it came to."""
        operation = RunOperation(record, seeds=self.progress.total)
        with self._observers.observe(operation):
            try:
                yield
            finally:
                operation.statuses, operation.tokens = dict(self.progress.statuses), self.progress.tokens


def _refuse_open_batches(reader: BatchReader, run: str) -> None:
    """A question that a batch was paid for is not asked again."""
    if waiting := len(reader.waiting_hashes(run)):
        raise SetupError(
            f"{waiting} questions of this run are in a batch: `aiev batch collect {reader.path} --wait` fetches their "
            f"replies, `aiev batch cancel {reader.path}` gives them up"
        )
