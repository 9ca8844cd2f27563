"""The teaching stage: one strong model plays both roles over a set of seeds.

Each seed becomes one dialogue (`aiev.run.dialogues`) on the worker pool (`aiev.run.engine`). Invariants: memory depends
on the number of workers, not of seeds; whatever a dialogue produced is stored before its next step; the same command
resumes a run.

Source: AutoCoder, arXiv 2405.14906, section 2.2 (teaching stage).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev.run.dialogues import RunDialogue
from aiev.run.engine import Engine
from aiev.run.identity import TEACH, run_id
from aiev.run.opened import Start, opened_parts, opened_store
from aiev.run.prices import check_cost_limit
from aiev.run.progress import Progress
from aiev.run.resuming import unfinished
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.runs import RunReader
from aiev.telemetry.operations import DialogueOperation, Observers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.run.result import RunResult
    from aiev.store.records import SeedRecord
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
        start = Start(self.config, self.recipe, self.run_id, self._engine, self.progress, self._observers)
        languages = self.languages()
        async with opened_store(self.db, self.config.settings, self.run_id) as (store, db):
            await store.add_seeds(self.seeds)
            async with opened_parts(start, store, db, languages, model=model, interpreter=interpreter) as parts:
                _refuse_open_batches(BatchReader(db), self.run_id)
                waiting = unfinished(self.seeds, self.run_id, RunReader(db), self.progress)
                await self._engine.run(waiting, partial(self._make_one, parts.context))
        return parts.result

    async def _make_one(self, context: RunContext, seed: SeedRecord) -> None:
        dialogue = RunDialogue(context, seed)
        language = context.settings.dialogue.language or seed.language
        operation = DialogueOperation(dialogue.conversation, language)
        with self._observers.observe(operation):
            operation.ended = await dialogue.make()


def _refuse_open_batches(reader: BatchReader, run: str) -> None:
    """A question that a batch was paid for is not asked again."""
    if waiting := len(reader.waiting_hashes(run)):
        raise SetupError(
            f"{waiting} questions of this run are in a batch: `aiev batch collect {reader.path} --wait` fetches their "
            f"replies, `aiev batch cancel {reader.path}` gives them up"
        )
