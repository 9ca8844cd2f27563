"""The writer thread: takes commands, commits together what is queued, then answers.

Invariants: every command that was taken is answered, also when another fails, when its caller is cancelled, and when
the store closes; an answer without an error means committed; the queue is bounded (`queue.py`), so a slow disk slows
the callers instead of filling memory. A command that is itself at fault fails alone; when the file cannot be written
any more, so does every later command. Knows nothing of tables.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from aiev.errors import StoreError
from aiev.store.writing import connection
from aiev.store.writing.queue import CommandQueue
from aiev.store.writing.statements import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiev.store.writing.statements import Command

GROUP = 512
"""Commands committed at once, at most."""
QUEUE = 4096
"""Commands that wait, at most; further callers wait before they queue."""


class WriterThread:
    """Runs commands on the only writing connection. Safe to call from several event loops."""

    def __init__(self, path: Path, *, full_sync: bool, waiting: int = QUEUE) -> None:
        self._path = path
        self._full_sync = full_sync
        self._queue = CommandQueue(path, waiting)
        self._broken = ""
        self._opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, name="aiev-store", daemon=True)

    @property
    def queued(self) -> int:
        """Commands that were ever queued: the number of the last one."""
        return self._queue.queued

    def start(self) -> None:
        """Open the file; raises StoreError."""
        self._thread.start()
        self._opened.result()

    def close(self) -> None:
        """Commit what is queued and close the file. May be called twice."""
        self._queue.close()
        self._thread.join()

    async def submit(self, command: Command) -> None:
        """Run a command and wait for its commit. A caller that is cancelled does not take its command back.

        Raises:
            StoreError: the command was refused, the file cannot be written, or the store is closed; also when that
                happened to an earlier command that nobody waited for.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        while (room := self._queue.offer(command, done)) is not None:
            await room
        await done
        self._raise_late()

    async def post(self, command: Command) -> None:
        """Queue a command and return; a later `submit` or `settle` brings its error.

        Raises:
            StoreError: an earlier command that nobody waited for failed, or the store is closed.
        """
        self._raise_late()
        while (room := self._queue.offer(command)) is not None:
            await room

    async def settle(self, number: int) -> None:
        """Wait until all commands up to this number (`queued`) are committed.

        Raises:
            StoreError: one that nobody waited for failed.
        """
        if self._queue.ended < number and (ending := self._queue.ending(number)) is not None:
            await ending
        self._raise_late()

    def _raise_late(self) -> None:
        if self._queue.late:
            raise StoreError(self._queue.late)

    def _work(self) -> None:
        try:
            db = connection.open_database(self._path, full_sync=self._full_sync)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the opening must hear of it
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        with contextlib.closing(db):
            while group := self._queue.take(GROUP):
                self._queue.end(self._commit(db.conn, group))

    def _commit(self, db: sqlite3.Connection, group: list[Command]) -> list[str]:
        """Commit a group together, or else one by one, so that only those at fault fail; the error of each, or ""."""
        error = self._broken
        for attempt in (self._together, self._one_by_one):
            if self._broken:
                break
            try:
                with _transaction(db):
                    return attempt(db, group)
            except Exception as found:  # noqa: BLE001 - whatever it is, its callers hear of it and the thread goes on
                error = self._message(found)
        return [error] * len(group)

    def _together(self, db: sqlite3.Connection, group: list[Command]) -> list[str]:
        for command in group:
            run(db, command)
        return [""] * len(group)

    def _one_by_one(self, db: sqlite3.Connection, group: list[Command]) -> list[str]:
        return [self._alone(db, command) for command in group]

    def _alone(self, db: sqlite3.Connection, command: Command) -> str:
        """Run one command; the error in one line, or nothing."""
        db.execute("savepoint command")
        try:
            run(db, command)
        except Exception as error:
            message = self._message(error)
            if self._broken:
                raise
            db.execute("rollback to command")
            return message
        finally:
            if db.in_transaction:
                db.execute("release command")
        return ""

    def _message(self, error: Exception) -> str:
        """An error in one line; one that every later command would meet as well breaks the store."""
        message = f"cannot write to {self._path}: {error}"
        if is_lasting(error):
            message += "; free the disk or end the other process, then run the same command again to resume"
            self._broken = message
        return message


def is_lasting(error: Exception) -> bool:
    """Whether the file, not the statement, is at fault: full, locked, read-only, damaged, gone."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("begin immediate")
    try:
        yield
        db.execute("commit")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.rollback()
        raise
