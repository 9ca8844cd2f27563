"""A model behind its journal, for steps that ask about many seeds from outside of an event loop.

Invariant: a question that was answered once, in this run or an earlier one with the same database, is never paid for
again. The model is started with the first question, so a step that asks nothing needs none.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, TypeVar

from aiev.run.journal import JournaledModel
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


class Asking:
    """Use as a context manager or call `close()`."""

    def __init__(self, settings: Settings, db: Path, model: ChatModel | None = None) -> None:
        """Take the settings of the model and the database that holds the journal.

        Args:
            settings: `model` says which model, `run.workers` how many questions are in flight.
            db: made when there is none.
            model: answers in the place of the configured one; the caller closes it.
        """
        self._settings = settings
        self._db = db
        self._given = model
        self._runner = asyncio.Runner()
        self._open: tuple[JournaledModel, ChatModel, Store, JournalReader] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the model and the database. May be called twice."""
        opened, self._open = self._open, None
        if opened:
            _, model, store, reader = opened
            if self._given is None:
                self._runner.run(model.close())
            reader.close()
            store.close()
        self._runner.close()

    def agent(self, sampling: Sampling) -> Agent:
        """A role played by the model.

        Raises:
            SetupError: the model is not to be had.
            StoreError: the database cannot be opened.
        """
        model = (self._open or self._opened())[0]
        constraint = Constraint.FORM if self._settings.model.backend == "embedded" else Constraint.OFF
        return Agent(model=model, sampling=sampling, constraint=constraint)

    def all(self, questions: Sequence[Callable[[], Awaitable[_Answer]]]) -> list[_Answer]:
        """Ask everything, a bounded number at once; answers in order.

        Raises:
            SetupError: the model refuses or is gone; what was answered is in the journal.
        """
        with as_resumable_errors():
            return self._runner.run(self._bounded(questions))

    async def _bounded(self, questions: Sequence[Callable[[], Awaitable[_Answer]]]) -> list[_Answer]:
        gate = asyncio.Semaphore(self._settings.run.workers)

        async def one(question: Callable[[], Awaitable[_Answer]]) -> _Answer:
            async with gate:
                return await question()

        tasks = [asyncio.ensure_future(one(question)) for question in questions]
        try:
            return await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise

    def _opened(self) -> tuple[JournaledModel, ChatModel, Store, JournalReader]:
        store = Store.open(self._db, full_sync=self._settings.store.full_sync)
        try:
            reader = JournalReader.open(self._db)
            model = self._given or self._runner.run(build_model(self._settings))
        except BaseException:
            store.close()
            raise
        journaled = JournaledModel(
            model,
            store=store,
            journal=reader,
            conversation_id=OWNER,
            progress=Progress(total=0),
            prices=Prices(self._settings.model),
        )
        self._open = (journaled, model, store, reader)
        return self._open
