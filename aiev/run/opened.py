"""Opens what a start of a run works with, and closes it again: the database, the sandbox, the model.

Invariants: one process at a time makes a run; the run's row is there before anything refers to it; a start says how it
ended, and while it works it beats. Not covered: what an item is (the recipes).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiev.run.bounded import bounded
from aiev.run.context import RunContext
from aiev.run.heartbeat import beating
from aiev.run.journal import journal_of
from aiev.run.lease import lease_of_run, leased
from aiev.run.prices import Prices
from aiev.run.result import RunResult
from aiev.run.start import recorded_start, run_record
from aiev.setup.interpreter import build_interpreter
from aiev.setup.model import build_model, endpoint_figures
from aiev.store.reading.journal import JournalReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.writing.store import Store
from aiev.telemetry.observed import ObservedInterpreter, ObservedModel
from aiev.telemetry.operations import Observers, RunOperation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.run.engine import Engine
    from aiev.run.progress import Progress
    from aiev.store.records import RunRecord
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


@dataclass(frozen=True, slots=True)
class Start:
    """What names and drives a start."""

    config: Config
    recipe: str
    run_id: str
    engine: Engine
    progress: Progress
    observers: Observers


@dataclass(frozen=True, slots=True)
class Parts:
    """What a start works with."""

    context: RunContext
    result: RunResult


@asynccontextmanager
async def opened_store(db: Path, settings: Settings, run_id: str) -> AsyncIterator[tuple[Store, ReadOnly]]:
    """The database of a run, to be written by this process alone as far as the run is concerned, and to be read.

    Raises:
        LeaseError: another process makes this run.
        StoreError: the file cannot be opened.
    """
    async with AsyncExitStack() as closing:
        store = Store.open(db, full_sync=settings.store.full_sync, waiting=settings.rates.writes)
        closing.push_async_callback(asyncio.to_thread, store.close)
        await closing.enter_async_context(leased(store, lease_of_run(run_id)))
        yield store, closing.enter_context(ReadOnly(db))


@asynccontextmanager
async def opened_parts(
    start: Start,
    store: Store,
    db: ReadOnly,
    languages: Iterable[str],
    *,
    model: ChatModel | None,
    interpreter: Interpreter | None,
) -> AsyncIterator[Parts]:
    """The parts of a start whose record is written.

    Args:
        start: names it.
        store: of the run.
        db: the same file, to be read.
        languages: of the programs.
        model: opened from the configuration when None; closed at the end.
        interpreter: likewise.

    Raises:
        AievError: something cannot be opened.
    """
    settings, run_id, progress = start.config.settings, start.run_id, start.progress
    async with AsyncExitStack() as closing:
        model = model or await build_model(settings)  # first, since what is wrong with its settings is seen at once
        closing.push_async_callback(model.close)
        interpreter = interpreter or await build_interpreter(settings, languages, run_id=run_id)
        closing.push_async_callback(interpreter.close)
        record = run_record(start.config, run_id, start.recipe, model, interpreter)
        await store.add_run(record)
        async with recorded_start(store, run_id, progress):
            with _observed(start, record):
                async with beating(store, run_id, progress, partial(endpoint_figures, model)):
                    result = RunResult(
                        run_id, progress, interpreter.name, interpreter.image, model.name, interpreter.notice
                    )
                    yield Parts(_context(start, store, db, model, interpreter), result)
                    progress.check_answered()


def _context(start: Start, store: Store, db: ReadOnly, model: ChatModel, interpreter: Interpreter) -> RunContext:
    settings, observers = start.config.settings, start.observers
    if observers:
        model = ObservedModel(model, observers, settings.model.base_url)
        interpreter = ObservedInterpreter(interpreter, observers)
    return RunContext(
        run_id=start.run_id,
        settings=settings,
        store=store,
        journal=journal_of(JournalReader(db)),
        model=model,
        interpreter=bounded(interpreter, settings.rates.executions, settings.rates.installs),
        prices=Prices(settings.model),
        progress=start.progress,
        stopping=lambda: start.engine.failed,
        callbacks=observers.callbacks,
    )


@contextmanager
def _observed(start: Start, record: RunRecord) -> Iterator[None]:
    """Show observers this start, and what it came to."""
    operation = RunOperation(record, seeds=start.progress.total)
    with start.observers.observe(operation):
        try:
            yield
        finally:
            operation.statuses, operation.tokens = dict(start.progress.statuses), start.progress.tokens
