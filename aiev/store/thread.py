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
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from aiev.errors import StoreError
from aiev.store.connection import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

GROUP = 256
"""Commands committed at once, at most."""
QUEUE = 4096
"""Commands that wait, at most; further callers wait before they queue."""
_FULL_SECONDS = 0.005
Command = Callable[["Database"], None]


class WriterThread:
    """Runs commands on the only writing connection. Safe to call from several event loops."""

    def __init__(self, path: Path, *, full_sync: bool) -> None:
        self._path = path
        self._full_sync = full_sync
        self._queue: queue.SimpleQueue[tuple[Command, Future[None]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._broken = ""
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
            StoreError: the command was refused, the file cannot be written, or the store is closed.
        """
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()
        while not self._offer(command, done):  # noqa: ASYNC110 - the room is made by a thread, and it is seldom short
            await asyncio.sleep(_FULL_SECONDS)
        await asyncio.wrap_future(done)

    def _offer(self, command: Command, done: Future[None]) -> bool:
        """Queue a command, unless the queue is full. Nothing is ever queued behind the None that closes it."""
        with self._lock:
            if self._closed:
                raise StoreError(f"the store {self._path} is closed")
            if self._queue.qsize() >= QUEUE:
                return False
            self._queue.put((command, done))
            return True

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

    def _next_group(self) -> list[tuple[Command, Future[None]] | None]:
        """What is queued, waiting for the first."""
        group = [self._queue.get()]
        with contextlib.suppress(queue.Empty):
            while group[-1] is not None and len(group) < GROUP:
                group.append(self._queue.get_nowait())
        return group

    def _commit(self, db: Database, group: list[tuple[Command, Future[None]]]) -> None:
        """Commit a group at once; when a command of it is at fault, each alone, so that the others go through."""
        error = self._broken or self._attempt(db, group)
        if not error:
            for _, done in group:
                done.set_result(None)
        elif self._broken or len(group) == 1:
            for _, done in group:
                done.set_exception(StoreError(error))
        else:
            for item in group:
                self._commit(db, [item])

    def _attempt(self, db: Database, group: list[tuple[Command, Future[None]]]) -> str:
        """One transaction; the error in one line, or nothing."""
        try:
            db.conn.execute("begin immediate")
            for command, _ in group:
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


def _is_lasting(error: Exception) -> bool:
    """Whether the file, not the command, is at fault: full, locked, read-only, damaged, gone."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
