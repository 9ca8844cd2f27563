"""Self-alignment: a model makes its own instructions from seeds, and keeps the responses that pass their own tests.

Each seed becomes one item (`aiev.alignment`) on the worker pool (`aiev.run.engine`); what is kept is sanitised at the
end of each start. Invariants: whatever an item produced is stored before its next step; the same command resumes a run;
memory depends on the number of workers, not of seeds, until what is kept is sanitised, which holds all of it at once.

Source: SelfCodeAlign, arXiv 2410.24198.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiev.alignment.run_item import RunItem
from aiev.alignment.sanitising import drops
from aiev.run.engine import Engine
from aiev.run.identity import SELF_ALIGN, run_id
from aiev.run.opened import Start, opened_parts, opened_store
from aiev.run.prices import check_cost_limit
from aiev.run.progress import Progress
from aiev.run.resuming import unfinished
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.store.reading.alignment import AlignmentReader
from aiev.store.reading.runs import RunReader
from aiev.telemetry.operations import DialogueOperation, Observers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.run.result import RunResult
    from aiev.similarity.settings import DecontaminationSettings
    from aiev.store.reading.alignment import KeptItem
    from aiev.store.records import SeedRecord
    from aiev.store.writing.store import Store
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_interpreter.protocol import Interpreter


class SelfAlignment:
    """One start of a run. `drain()` finishes the items in flight and begins no other."""

    recipe = SELF_ALIGN

    def __init__(
        self, config: Config, seeds: Sequence[SeedRecord], db: Path, *, observers: Observers | None = None
    ) -> None:
        """Prepare a start; nothing is opened yet.

        Args:
            config: shapes the items.
            seeds: one item each; those that this run has finished are left out.
            db: the database; made when there is none.
            observers: told of every operation.

        Raises:
            ConfigError: a limit of cost cannot be enforced, because prices are unknown.
        """
        check_cost_limit(config.settings)
        self.config, self.seeds, self.db = config, seeds, db
        self.run_id = run_id(config, SELF_ALIGN)
        self.progress = Progress(total=len(seeds))
        self._observers = observers or Observers()
        self._engine = Engine(config.settings.run.workers, self.progress, config.settings.limits)

    def languages(self) -> set[str]:
        """Languages of the programs."""
        target = self.config.settings.dialogue.language
        return {target} if target else {seed.language for seed in self.seeds}

    def drain(self) -> None:
        """Begin no further item."""
        self._engine.drain()

    async def run(self, *, model: ChatModel | None = None, interpreter: Interpreter | None = None) -> RunResult:
        """Make the items, and sanitise what is kept.

        Args:
            model: writes all of it; opened from the configuration when None. It is closed at the end.
            interpreter: runs the programs; likewise.

        Raises:
            LeaseError: another process makes this run.
            AievError: something cannot be opened, or the endpoint refuses all requests; what was done is kept.
        """
        start = Start(self.config, SELF_ALIGN, self.run_id, self._engine, self.progress, self._observers)
        languages = self.languages()
        async with opened_store(self.db, self.config.settings, self.run_id) as (store, db):
            await store.add_seeds(self.seeds)
            async with opened_parts(start, store, db, languages, model=model, interpreter=interpreter) as parts:
                waiting = unfinished(self.seeds, self.run_id, RunReader(db), self.progress)
                await self._engine.run(waiting, partial(self._make, parts.context))
                await self._sanitise(store, AlignmentReader(db))
        return parts.result

    async def _make(self, context: RunContext, seed: SeedRecord) -> None:
        item = RunItem(context, seed)
        operation = DialogueOperation(item.conversation, item.language)
        with self._observers.observe(operation):
            operation.ended = await item.make()

    async def _sanitise(self, store: Store, reader: AlignmentReader) -> None:
        """Discard what repeats, is too long or resembles a benchmark; it stays in the database with the reason."""
        settings = self.config.settings
        await store.settle(store.position)
        kept = list(reader.kept(self.run_id))
        resembling = _contaminated(kept, settings.decontamination) if kept else {}
        found = dict(drops(kept, settings.align, resembling))
        if found:
            await store.drop(found)


def _contaminated(kept: Sequence[KeptItem], settings: DecontaminationSettings) -> dict[str, str]:
    """What of a benchmark items hold, in words, by the item's id."""
    benchmarks = Decontaminator.from_settings(settings)
    found: dict[str, str] = {}
    for texts in ([(item.instruction, "text") for item in kept], [(item.program, item.language) for item in kept]):
        for item, verdict in zip(kept, benchmarks.judge_pairs(texts), strict=True):
            if verdict:
                found.setdefault(item.id, f"resembles {verdict.hits[0].benchmark} {verdict.hits[0].item}")
    return found
