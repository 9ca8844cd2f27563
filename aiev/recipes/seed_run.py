"""One start of a run that makes one item of each seed: what the recipes of seeds have in common.

Invariants: whatever an item produced is stored before its next step; the same command resumes a run; memory depends on
the number of workers, not of seeds. Not covered: what an item is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Protocol

from aiev.run.engine import Engine
from aiev.run.identity import run_id
from aiev.run.opened import Start, opened_parts, opened_store
from aiev.run.prices import check_cost_limit
from aiev.run.progress import Progress
from aiev.run.resuming import unfinished
from aiev.store.reading.runs import RunReader
from aiev.telemetry.operations import DialogueOperation, Observers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.run.result import RunResult
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.records import ConversationRecord, SeedRecord
    from aiev.store.writing.store import Store
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


class Item(Protocol):
    """What is made of one seed."""

    conversation: ConversationRecord
    language: str

    async def make(self) -> ConversationRecord | None:
        """Make it and return how it ended; None when it is left for the next start."""
        ...


class SeedRun(ABC):
    """One start of a run. `drain()` finishes the items in flight and begins no other."""

    def __init__(
        self,
        config: Config,
        recipe: str,
        seeds: Sequence[SeedRecord],
        db: Path,
        *,
        observers: Observers | None = None,
        enough: Callable[[Progress], bool] = lambda _: False,
    ) -> None:
        """Prepare a start; nothing is opened yet.

        Args:
            config: shapes the items.
            recipe: name of the recipe that the run belongs to.
            seeds: one item each; those that this run has finished are left out.
            db: the database; made when there is none.
            observers: told of every operation.
            enough: asked before each item; once it says so, no other begins.

        Raises:
            ConfigError: a limit of cost cannot be enforced, because prices are unknown.
        """
        check_cost_limit(config.settings)
        self.config, self.recipe, self.seeds, self.db = config, recipe, seeds, db
        self.run_id = run_id(config, recipe)
        self.progress = Progress(total=len(seeds))
        self._observers = observers or Observers()
        self._engine = Engine(config.settings.run.workers, self.progress, config.settings.limits, enough)

    def languages(self) -> set[str]:
        """Languages of the programs."""
        target = self.config.settings.dialogue.language
        return {target} if target else {seed.language for seed in self.seeds}

    def drain(self) -> None:
        """Begin no further item."""
        self._engine.drain()

    async def run(self, *, model: ChatModel | None = None, interpreter: Interpreter | None = None) -> RunResult:
        """Make the items.

        Args:
            model: asked by all of them; opened from the configuration when None. It is closed at the end.
            interpreter: runs the programs; likewise.

        Raises:
            LeaseError: another process makes this run.
            AievError: something cannot be opened, or the endpoint refuses all requests; what was done is kept.
        """
        start = Start(self.config, self.recipe, self.run_id, self._engine, self.progress, self._observers)
        languages = self.languages()
        async with opened_store(self.db, self.config.settings, self.run_id) as (store, db):
            await store.add_seeds(self.seeds)
            async with opened_parts(start, store, db, languages, model=model, interpreter=interpreter) as parts:
                self._check(db)
                waiting = unfinished(self.seeds, self.run_id, RunReader(db), self.progress)
                await self._engine.run(waiting, partial(self._make, parts.context))
                await self._settle(store, db)
        return parts.result

    @abstractmethod
    def item(self, context: RunContext, seed: SeedRecord) -> Item:
        """The item of a seed."""

    def _check(self, db: ReadOnly) -> None:  # noqa: B027 - a recipe may have nothing to refuse
        """Refuse to go on, by raising, if the database says so."""

    async def _settle(self, store: Store, db: ReadOnly) -> None:  # noqa: B027 - likewise
        """What is done once the items of this start are made."""

    async def _make(self, context: RunContext, seed: SeedRecord) -> None:
        item = self.item(context, seed)
        operation = DialogueOperation(item.conversation, item.language)
        with self._observers.observe(operation):
            operation.ended = await item.make()
