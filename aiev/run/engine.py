"""The worker pool that recipes run their items on.

Invariants: memory depends on the number of workers, not of items, which are pulled one by one from an iterator; after
the first error that ends a run nothing new begins, and what is under way may end within `GRACE_SECONDS`, since its
replies are paid for. Not covered: what an item is, and what of it is stored.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from aiev.errors import AievError, StoreError
from aiev.run.limits import RunLimits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from aiev.run.progress import Progress

GRACE_SECONDS = 30.0
"""How long calls under way may take to end after the run has failed."""
STARTED_AT_ONCE = 16
"""Items begun in one turn of the event loop, so that the first requests go out before the last items have begun."""
_THRESHOLDS = (20_000, 20, 50)
"""Of the garbage collector: new objects until a look at the youngest, and looks until one at each older generation."""
_Item = TypeVar("_Item")


class Engine:
    """Runs items on at most `workers` tasks. For one `run` only."""

    def __init__(
        self,
        workers: int,
        progress: Progress,
        limits: RunLimits | None = None,
        enough: Callable[[Progress], bool] = lambda _: False,
    ) -> None:
        """Take what decides how many items are begun.

        Args:
            workers: items under way, at most.
            progress: counts them.
            limits: none when None.
            enough: looked at before each item; once it says so, the engine drains.
        """
        self.failed = False
        """A run that has failed asks nothing more of anybody."""
        self._enough = enough
        self._workers = workers
        self._progress = progress
        self._limits = limits or RunLimits()
        self._draining = False
        self._ended = asyncio.Event()

    def drain(self, reason: str = "") -> None:
        """Let what is in flight end, and begin nothing new. `reason` names the limit behind it, if one is."""
        self._draining = True
        self._progress.draining = True
        self._progress.stopped = self._progress.stopped or reason
        self._ended.set()

    async def run(self, items: Iterable[_Item], work: Callable[[_Item], Awaitable[None]]) -> None:
        """Call `work` with every item, until there are none, a limit is reached, or `drain` is called.

        Raises:
            BaseException: the first error of `work` that a person can act on, else the first of all.
        """
        with _patient_collector():
            await self._run(iter(items), work)

    async def _run(self, waiting: Iterator[_Item], work: Callable[[_Item], Awaitable[None]]) -> None:
        tasks: list[asyncio.Task[None]] = []
        try:
            for number in range(min(self._workers, self._most())):
                tasks.append(asyncio.create_task(self._worker(waiting, work)))
                if number % STARTED_AT_ONCE == 0:
                    await asyncio.sleep(0)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            errors = _errors(tasks)
            if errors:
                self.failed = True
                self.drain()
                lasting = any(isinstance(error, StoreError) for error in errors)
                await asyncio.wait(tasks, timeout=0 if lasting else GRACE_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if errors := _errors(tasks):
            raise next((error for error in errors if isinstance(error, AievError)), errors[0])

    def _most(self) -> int:
        return max(1, self._progress.total)

    async def _worker(self, waiting: Iterator[_Item], work: Callable[[_Item], Awaitable[None]]) -> None:
        for item in waiting:
            if not await self._may_begin():
                return
            self._progress.in_flight += 1
            try:
                await work(item)
            finally:
                self._progress.in_flight -= 1
                self._ended.set()

    async def _may_begin(self) -> bool:
        """Wait until a limit has room for another item; False when nothing new may begin any more."""
        while not self._draining:
            if reason := self._limits.reached(self._progress):
                self.drain(reason)
            elif self._enough(self._progress):
                self.drain()
            elif self._limits.has_room(self._progress):
                return True
            else:
                self._ended = self._ended if not self._ended.is_set() else asyncio.Event()
                await self._ended.wait()
        return False


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Let Python look for cycles less often, and not among what was there before.

    A thousand conversations hold many objects, of which hardly any is garbage: going through them again and again took
    a fifth of the CPU of a conversation.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _errors(tasks: Iterable[asyncio.Task[None]]) -> list[BaseException]:
    ended = [task for task in tasks if task.done() and not task.cancelled()]
    return [error for task in ended if (error := task.exception()) is not None]
