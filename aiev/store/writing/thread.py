"""The writer thread: takes commands, commits together what is queued, then answers.

Invariants: every command that was taken is answered, also when another fails, when its caller is cancelled, and when
the store closes; an answer without an error means committed; the queue is bounded (`queue.py`), so a slow disk slows
the callers instead of filling memory. A command that is itself at fault fails alone; when the file cannot be written
any more, so does every later command, and what is known goes into a rescue file (`rescue.py`). Knows nothing of tables.
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
from aiev.store.writing.guard import BEAT_SECONDS, Guard, LeaseLostError, MovedError
from aiev.store.writing.queue import CommandQueue
from aiev.store.writing.rescue import rescue
from aiev.store.writing.statements import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiev.store.records import LeaseRecord
    from aiev.store.writing.statements import Command

GROUP = 512
"""Commands committed at once, at most."""
QUEUE = 4096
"""Commands that wait, at most; further callers wait before they queue."""


class WriterThread:
    """Runs commands on the only writing connection. Safe to call from several event loops."""

    def __init__(self, path: Path, *, full_sync: bool, waiting: int = QUEUE, rescues: bool = True) -> None:
        self._path = path
        self._full_sync = full_sync
        self._rescues = rescues
        self._queue = CommandQueue(path, waiting)
        self.broken = ""
        """Why nothing can be written any more; empty while it can."""
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

    def require(self, lease: LeaseRecord | None) -> None:
        """Write from now on only while this lease is held; None asks for none."""
        self._guard.lease = lease

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
        if self.broken or self._queue.late:
            raise StoreError(self.broken or self._queue.late)

    def _work(self) -> None:
        try:
            db = connection.open_database(self._path, full_sync=self._full_sync)
            self._guard = Guard(self._path)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the opening must hear of it
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        with contextlib.closing(db):
            while not self._queue.is_over:
                if group := self._queue.take(GROUP, BEAT_SECONDS):
                    self._queue.end(self._commit(db.conn, group))
                elif not self.broken:
                    self._look(db.conn)

    def _commit(self, db: sqlite3.Connection, group: list[Command]) -> list[str]:
        """Commit a group together, or else one by one, so that only those at fault fail; the error of each, or ""."""
        error = self.broken
        for attempt in (self._together, self._one_by_one):
            if self.broken:
                break
            try:
                self._guard.check_file()
                with _transaction(db):
                    self._guard.check_lease(db)
                    return attempt(db, group)
            except Exception as found:  # noqa: BLE001 - whatever it is, its callers hear of it and the thread goes on
                error = self._ended(db, found, group)
        return [error] * len(group)

    def _look(self, db: sqlite3.Connection) -> None:
        """See after file and lease while there is nothing to write; what else is wrong, the next write will tell."""
        try:
            self._guard.check_file()
            if self._guard.lease:
                with _transaction(db):
                    self._guard.check_lease(db)
        except (MovedError, LeaseLostError) as found:
            self._ended(db, found, [])
        except sqlite3.Error:
            return

    def _ended(self, db: sqlite3.Connection, error: Exception, group: list[Command]) -> str:
        """An error in one line; where it is lasting, nothing is written any more but a rescue file."""
        message = self._message(error)
        if self._rescues and is_lasting(error) and not isinstance(error, LeaseLostError):
            moved = isinstance(error, MovedError)
            message += f"; {rescue(db, self._path, lambda: [*group, *self._queue.waiting()], moved=moved)}"
        if is_lasting(error):
            self.broken = message
        return message

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
            if is_lasting(error):
                raise
            db.execute("rollback to command")
            return self._message(error)
        finally:
            if db.in_transaction:
                db.execute("release command")
        return ""

    def _message(self, error: Exception) -> str:
        if isinstance(error, (MovedError, LeaseLostError)):
            return str(error)
        message = f"cannot write to {self._path}: {error}"
        if is_lasting(error):
            message += "; free the disk or end the other process, then run the same command again to resume"
        return message


def is_lasting(error: Exception) -> bool:
    """Whether the file, not the statement, is at fault: full, locked, read-only, damaged, gone, another process's."""
    lasting = (sqlite3.OperationalError, MovedError, LeaseLostError)
    return isinstance(error, lasting) or type(error) is sqlite3.DatabaseError


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
