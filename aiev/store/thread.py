"""The writer thread: takes commands, commits what is queued in one transaction, then answers.

Invariants: every command that was taken is answered, also when another fails, when its caller is cancelled, and when
the store closes; an answer without an error means committed; the queue is bounded, so a slow disk slows the callers
instead of filling memory. A command that is itself at fault fails alone; when the file cannot be written any more, so
does every later command. Knows nothing of tables.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from aiev.errors import StoreError
from aiev.store.bulk import merged
from aiev.store.connection import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

GROUP = 256
"""Commands committed at once, at most."""
QUEUE = 4096
"""Commands that wait, at most; further callers wait before they queue."""
GATHER_SECONDS = 0.002
"""How long a command waits for others to be committed with it: each time that this thread wakes, it takes the
interpreter's lock from the event loop, and with a thousand conversations that is what costs most."""
_FULL_SECONDS = 0.005
Command = Callable[["Database"], None]


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
        self._full_sync = full_sync
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
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

    async def _queued(self, item: _Item) -> None:
        while not self._offer(item):  # noqa: ASYNC110 - the room is made by a thread, and it is seldom short
            await asyncio.sleep(_FULL_SECONDS)

    def _offer(self, item: _Item) -> bool:
        """Queue a command, unless the queue is full. Nothing is ever queued behind the None that closes it."""
        with self._lock:
            if self._closed:
                raise StoreError(f"the store {self._path} is closed")
            if self._queue.qsize() >= self._waiting:
                return False
            self._queue.put(item)
            return True

    def _raise_late(self) -> None:
        if self._late:
            raise StoreError(self._late)

    def _work(self) -> None:
        try:
            db = open_database(self._path, full_sync=self._full_sync)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the opening must hear of it
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        with contextlib.closing(db):
            going = True
            while going:
                group = self._next_group()
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
            _answer(group, "")
        elif self._broken or len(group) == 1:
            self._late = self._late or (error if any(item.done is None for item in group) else "")
            _answer(group, error)
        else:
            for item in group:
                self._commit(db, [item])

    def _attempt(self, db: Database, group: list[_Item]) -> str:
        """One transaction; the error in one line, or nothing."""
        try:
            db.conn.execute("begin immediate")
            for command in merged(item.command for item in group):
                command(db)
            db.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, its caller hears of it and the thread goes on
            with contextlib.suppress(sqlite3.Error):
                db.rollback()
            message = f"cannot write to {self._path}: {error}"
            if _is_lasting(error):
                message += "; see to the disk or the other process, then run the same command again to go on"
                self._broken = message
            return message
        return ""


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


def _is_lasting(error: Exception) -> bool:
    """Whether the file, not the command, is at fault: full, locked, read-only, damaged, gone."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
