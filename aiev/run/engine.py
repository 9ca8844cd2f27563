"""The worker pool that recipes run their items on.

Invariants: memory depends on the number of workers, not of items, which are pulled one by one from an iterator; after
the first error no further item begins, and items in flight get `GRACE_SECONDS` to end, since their replies are paid
for. Not covered: what an item is, and what is stored of it.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from aiev.errors import AievError, StoreError
from aiev.run.limits import has_room, limit_reached
from aiev.run.settings import LimitsSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from aiev.run.progress import Progress

GRACE_SECONDS = 30.0
"""How long items in flight may take to end after the run has failed."""
STARTED_AT_ONCE = 16
"""Items started in one turn of the event loop, so that the first requests go out before the last items start."""
_THRESHOLDS = (20_000, 20, 50)
"""Thresholds of the garbage collector during a run, for its three generations."""
_SWITCH_SECONDS = 0.0001
"""How long a thread may keep the interpreter lock while another waits for it."""
_Item = TypeVar("_Item")


class Engine:
    """Runs items on at most `workers` tasks. For one `run` only."""

    def __init__(
        self,
        workers: int,
        progress: Progress,
        limits: LimitsSettings | None = None,
        enough: Callable[[Progress], bool] = lambda _: False,
    ) -> None:
        """Prepare a run.

        Args:
            workers: most items in flight.
            progress: counts the items.
            limits: of cost, tokens, accepted items and time; None sets none.
            enough: asked before each item; once it is true, the engine drains.
        """
        self.failed = False
        """Whether an item has raised, so that no further request may go out."""
        self._enough = enough
        self._workers = workers
        self._progress = progress
        self._limits = limits or LimitsSettings()
        self._draining = False
        self._ended = asyncio.Event()

    def drain(self, reason: str = "") -> None:
        """Finish the items in flight and begin no other. `reason` names the limit that was reached, if any."""
        self._draining = True
        self._progress.draining = True
        self._progress.stopped = self._progress.stopped or reason
        self._ended.set()

    async def run(self, items: Iterable[_Item], work: Callable[[_Item], Awaitable[None]]) -> None:
        """Call `work` with each item until none is left, a limit is reached, or `drain` is called.

        Raises:
            BaseException: the first `AievError` of `work`, else its first error.
        """
        with _tuned_python():
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
        """Wait until a limit leaves room for another item; False when no other may begin."""
        while not self._draining:
            if reason := limit_reached(self._limits, self._progress):
                self.drain(reason)
            elif self._enough(self._progress):
                self.drain()
            elif has_room(self._limits, self._progress):
                return True
            else:
                self._ended = self._ended if not self._ended.is_set() else asyncio.Event()
                await self._ended.wait()
        return False


@contextmanager
def _tuned_python() -> Iterator[None]:
    """Collect garbage less often, and switch threads more often.

    A thousand dialogues hold many live objects, and scanning them costs CPU. The store's thread gives up the
    interpreter lock for each row that it writes; at Python's default of 5 ms, a busy event loop would keep it waiting
    for the lock longer than for the disk, and every next request with it.
    """
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _errors(tasks: Iterable[asyncio.Task[None]]) -> list[BaseException]:
    ended = [task for task in tasks if task.done() and not task.cancelled()]
    return [error for task in ended if (error := task.exception()) is not None]
