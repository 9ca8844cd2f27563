"""The writer thread: takes commands, commits what is queued in one transaction, then answers.

Invariants: every command that was taken is answered, also when another fails, when its caller is cancelled, and when
the store closes; an answer without an error means committed; the queue is bounded, so a slow disk slows the callers
instead of filling memory. A command that is itself at fault fails alone; when the file cannot be written any more, so
does every later command. Many commands that wait together are handed to a process of their own
(`statement_process.py`). Knows nothing of tables.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from aiev.errors import StoreError
from aiev.store import connection
from aiev.store.bulk import Rows, merged, statements_of
from aiev.store.statement_process import ProcessDiedError, RefusedError, StatementProcess, is_lasting

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

GROUP = 128
"""Commands committed at once, at most."""
BUSY = 8
"""Commands that are committed at once from which on they go to a process of their own."""
QUEUE = 4096
"""Commands that wait, at most; further callers wait before they queue."""
GATHER_SECONDS = 0.001
"""How long a command waits for others to be committed with it: each time that this thread wakes, it takes the
interpreter's lock from the event loop, and with a thousand conversations that is what costs most."""
Command = Callable[["Database"], None]
_NOTHING = Rows("", ())


class _Item(NamedTuple):
    """A command, and who waits for its commit; nobody does for one that was posted."""

    command: Command
    loop: asyncio.AbstractEventLoop | None
    done: asyncio.Future[None] | None


class WriterThread:
    """Runs commands on the only writing connection. Safe to call from several event loops."""

    def __init__(self, path: Path, *, full_sync: bool, waiting: int = QUEUE) -> None:
        self._waiting = waiting
        self._path = path
        self._place = path.absolute()  # by which a process that is started later finds it
        self._full_sync = full_sync
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._for_room: deque[asyncio.Future[None]] = deque()
        """Callers that wait for room in the queue."""
        self._lock = threading.Lock()
        self._closed = False
        self.queued = 0
        """Commands that were ever queued: the number of the last one."""
        self._done = 0
        self._process: StatementProcess | None = None
        self._may_have_process = True
        self._broken = ""
        self._late = ""
        self._opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, name="aiev-store", daemon=True)

    def start(self) -> None:
        """Open the file; raises StoreError."""
        self._thread.start()
        self._opened.result()

    def close(self) -> None:
        """Commit what is queued and close the file. May be called twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    async def submit(self, command: Command) -> None:
        """Run a command and wait for its commit. A caller that is cancelled does not take its command back.

        Raises:
            StoreError: the command was refused, the file cannot be written, or the store is closed; also when that
                happened to an earlier command that nobody waited for.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        await self._queued(_Item(command, loop, done))
        await done
        self._raise_late()

    async def post(self, command: Command) -> None:
        """Queue a command behind all earlier ones and return; a later `submit` or `close` brings its error.

        Raises:
            StoreError: an earlier command that nobody waited for failed, or the store is closed.
        """
        self._raise_late()
        await self._queued(_Item(command, None, None))

    async def settle(self, number: int) -> None:
        """Wait until all commands up to this number (`queued`) are committed.

        Raises:
            StoreError: one that nobody waited for failed, or the store is closed.
        """
        if self._done < number:
            await self.submit(_NOTHING)
        self._raise_late()

    async def _queued(self, item: _Item) -> None:
        while (room := self._offer(item)) is not None:
            await room

    def _offer(self, item: _Item) -> asyncio.Future[None] | None:
        """Queue a command, or say when to try again. Nothing is ever queued behind the None that closes it."""
        with self._lock:
            if self._closed:
                raise StoreError(f"the store {self._path} is closed")
            if self._queue.qsize() >= self._waiting:
                room: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._for_room.append(room)
                return room
            self._queue.put(item)
            self.queued += 1
            return None

    def _make_room(self) -> None:
        """Wake as many callers as there is room for; all when nothing is left that would wake the others later."""
        with self._lock:
            left = self._queue.qsize()
            count = min(len(self._for_room), self._waiting - left) if left else len(self._for_room)
            woken = [self._for_room.popleft() for _ in range(max(0, count))]
        for loop, rooms in groupby(woken, key=lambda room: room.get_loop()):
            with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(_resolve, list(rooms), "")

    def _raise_late(self) -> None:
        if self._late:
            raise StoreError(self._late)

    def _work(self) -> None:
        try:
            db = connection.open_database(self._path, full_sync=self._full_sync)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the opening must hear of it
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        with contextlib.closing(db), contextlib.ExitStack() as ending:
            ending.callback(self._end_process)
            going = True
            while going:
                group = self._next_group()
                self._make_room()
                going = None not in group
                self._commit(db, [item for item in group if item is not None])

    def _next_group(self) -> list[_Item | None]:
        """What is queued, waiting for the first, and a moment for those that come with it."""
        group = [self._queue.get()]
        if group[0] is not None:
            time.sleep(GATHER_SECONDS)
        with contextlib.suppress(queue.Empty):
            while group[-1] is not None and len(group) < GROUP:
                group.append(self._queue.get_nowait())
        return group

    def _commit(self, db: Database, group: list[_Item]) -> None:
        """Commit a group at once; when a command of it is at fault, each alone, so that the others go through."""
        error = self._broken or self._attempt(db, group)
        if not error:
            self._end(group, "")
        elif self._broken or len(group) == 1:
            self._late = self._late or (error if any(item.done is None for item in group) else "")
            self._end(group, error)
        else:
            for item in group:
                self._commit(db, [item])

    def _end(self, group: list[_Item], error: str) -> None:
        self._done += len(group)  # before anybody is told
        _answer(group, error)

    def _attempt(self, db: Database, group: list[_Item]) -> str:
        """One transaction; the error in one line, or nothing."""
        try:
            if not self._committed_elsewhere(group):
                db.conn.execute("begin immediate")
                for command in merged(item.command for item in group):
                    command(db)
                db.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, its caller hears of it and the thread goes on
            with contextlib.suppress(sqlite3.Error):
                db.rollback()
            message = f"cannot write to {self._path}: {error}"
            if error.lasting if isinstance(error, RefusedError) else is_lasting(error):
                message += "; see to the disk or the other process, then run the same command again to go on"
                self._broken = message
            return message
        return ""

    def _committed_elsewhere(self, group: list[_Item]) -> bool:
        """Have the process of a busy run commit a group; False where this thread has to do it.

        Raises:
            RefusedError: a statement was refused.
        """
        rows = [item.command for item in group if isinstance(item.command, Rows)]
        if len(rows) < max(BUSY, len(group)) or not self._may_have_process:
            return False
        try:
            if self._process is None:
                self._process = StatementProcess(self._place, connection.BUSY_SECONDS, full_sync=self._full_sync)
            self._process.run(statements_of(rows))
        except ValueError:  # a value that only SQLite itself can refuse
            return False
        except (OSError, ProcessDiedError):  # what it had begun is run again here, which every write allows
            self._may_have_process = False
            self._end_process()
            return False
        return True

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def _answer(group: list[_Item], error: str) -> None:
    """Tell everybody who waits, with one wake-up for each event loop: each wake-up is a system call."""
    for loop, items in groupby(group, key=lambda item: item.loop):
        if loop is not None:
            waiting = [item.done for item in items if item.done is not None]
            with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(_resolve, waiting, error)


def _resolve(waiting: list[asyncio.Future[None]], error: str) -> None:
    for done in waiting:
        if done.done():
            continue  # its caller was cancelled
        if error:
            done.set_exception(StoreError(error))
        else:
            done.set_result(None)
