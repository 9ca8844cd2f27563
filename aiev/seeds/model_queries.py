"""Asks a model about many seeds at once, from code that runs outside of an event loop.

Invariant: a question that was answered once, in this run or an earlier one with the same database, is never paid for
again; of several processes that ask about the same seeds, one does. The model is started with the first question, so a
step that asks nothing needs none.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self, TypeVar

from aiev.run.engine import Engine
from aiev.run.journal import JournaledModel
from aiev.run.lease import held, watched
from aiev.run.prices import Prices
from aiev.run.progress import Progress
from aiev.setup.errors import as_resumable_errors
from aiev.setup.model import build_model
from aiev.store.reading.journal import JournalReader
from aiev.store.writing.store import Store
from aiev_agents.roles.agent import Agent
from aiev_agents.roles.settings import Constraint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from aiev.config.settings import Settings
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.messages import Sampling

_Answer = TypeVar("_Answer")
OWNER = "seeds"
"""What the journal's rows name in the place of a conversation."""


class ModelQueries:
    """Use as a context manager or call `close()`."""

    def __init__(
        self, settings: Settings, db: Path, model: ChatModel | None = None, *, sources: Sequence[str] = ()
    ) -> None:
        """Take the settings of the model and the database that holds the journal.

        Args:
            settings: `model` says which model, `run.workers` how many questions are in flight.
            db: made with the first question, if it does not exist.
            model: answers in the place of the configured one; the caller closes it.
            sources: of the seeds.
        """
        self._settings = settings
        self._db = db
        self._sources = sources
        self._store: Store
        self._given = model
        self._runner = asyncio.Runner()
        self._resources = AsyncExitStack()
        self._model: JournaledModel | None = None
        self._progress = Progress(total=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the model and the database. May be called twice."""
        if self._model:
            self._model = None
            self._runner.run(self._resources.aclose())
        self._runner.close()

    def agent(self, sampling: Sampling) -> Agent:
        """A role played by the model, for use inside of a question that `answers` asks."""
        if self._model is None:
            raise RuntimeError("answers() opens the model")
        constraint = Constraint.FORM if self._settings.model.backend == "embedded" else Constraint.OFF
        sampling = sampling._replace(beside=self._settings.model.decoding)
        return Agent(model=self._model, sampling=sampling, constraint=constraint)

    def answers(self, questions: Sequence[Callable[[], Awaitable[_Answer]]]) -> list[_Answer]:
        """Ask everything, `run.workers` at once; answers in the order of the questions.

        Raises:
            SetupError: the model cannot be started or reached, or it refuses everything; answers are in the journal.
            StoreError: the database cannot be opened, or was lost.
            LeaseError: another process asks the same.
        """
        with as_resumable_errors():
            return self._runner.run(self._answers(questions)) if questions else []

    async def _answers(self, questions: Sequence[Callable[[], Awaitable[_Answer]]]) -> list[_Answer]:
        self._model = self._model or await self._opened()
        answers = dict[int, _Answer]()

        async def ask(index: int) -> None:
            answers[index] = await questions[index]()

        async with watched(self._store):
            await Engine(self._settings.run.workers, Progress(total=len(questions))).run(range(len(questions)), ask)
        self._progress.check_answered()
        return [answers[index] for index in range(len(questions))]

    async def _opened(self) -> JournaledModel:
        async with AsyncExitStack() as stack:
            store = stack.enter_context(Store.open(self._db, full_sync=self._settings.store.full_sync))
            await stack.enter_async_context(held(store, self._lease()))
            reader = stack.enter_context(JournalReader.open(self._db))
            model = self._given
            if model is None:
                model = await build_model(self._settings)
                stack.push_async_callback(model.close)
            self._resources = stack.pop_all()
        self._store = store
        return JournaledModel(
            model,
            store=store,
            journal=reader,
            conversation_id=OWNER,
            progress=self._progress,
            prices=Prices(self._settings.model),
        )

    def _lease(self) -> str:
        """Named by all that decides what is asked."""
        settings = self._settings
        sections = [settings.seeds, settings.filters, settings.evolve]
        shaped_by = [section.model_dump(mode="json", exclude={"workers"}) for section in sections]
        text = json.dumps([shaped_by, settings.model.name, settings.run.seed, list(self._sources)], sort_keys=True)
        return f"the choice of seeds {hashlib.sha256(text.encode()).hexdigest()[:12]}"
