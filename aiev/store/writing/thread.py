"""The writer thread: takes commands, commits together what is queued, then answers.

Invariants: every command that was taken is answered, also when another fails, when its caller is cancelled, and when
the store closes; an answer without an error means committed; the queue is bounded (`queue.py`), so a slow disk
slows the callers instead of filling memory. A command that is itself at fault fails alone; when the file cannot be
written any more, so does every later command. Many commands that wait together are handed to a process of their own
(`statement_process.py`), so that this thread hardly ever holds Python's lock. Knows nothing of tables.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from concurrent.futures import Future
from itertools import groupby
from typing import TYPE_CHECKING

from aiev.errors import StoreError
from aiev.store.writing import connection
from aiev.store.writing.bulk import Rows, merged
from aiev.store.writing.queue import CommandQueue
from aiev.store.writing.statement_process import ProcessDiedError, RefusedError, StatementProcess, is_lasting

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

    from aiev.store.writing.bulk import Command

GROUP = 512
"""Commands committed at once, at most."""
BUSY = 8
"""Commands that are committed at once from which on they go to a process of their own."""
QUEUE = 4096
"""Commands that wait, at most; further callers wait before they queue."""
GATHER_SECONDS = 0.001
"""How long a command waits for others to be committed with it: each time that this thread wakes, it takes the
interpreter's lock from the event loop, and with a thousand conversations that is what costs most."""


class WriterThread:
    """Runs commands on the only writing connection. Safe to call from several event loops."""

    def __init__(self, path: Path, *, full_sync: bool, waiting: int = QUEUE) -> None:
        self._path = path
        self._place = path.absolute()  # by which a process that is started later finds it
        self._full_sync = full_sync
        self._queue = CommandQueue(path, waiting)
        self._process: StatementProcess | None = None
        self._may_have_process = True
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
        """Queue a command behind all earlier ones and return; a later `submit` or `settle` brings its error.

        Raises:
            StoreError: an earlier command that nobody waited for failed, or the store is closed.
        """
        queue = self._queue
        if queue.late:
            self._raise_late()
        while (room := queue.offer(command)) is not None:
            await room

    async def settle(self, number: int) -> None:
        """Wait until all commands up to this number (`queued`) are committed.

        Raises:
            StoreError: one that nobody waited for failed.
        """
        queue = self._queue
        if queue.ended < number and (ending := queue.ending(number)) is not None:
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
        with contextlib.closing(db), contextlib.ExitStack() as ending:
            ending.callback(self._end_process)
            while group := self._queue.take(GROUP, GATHER_SECONDS):
                for _, alike in groupby(group, key=_is_rows):  # or one that is no rows would keep all of them here
                    self._commit(db, list(alike))

    def _commit(self, db: Database, group: list[Command]) -> None:
        """Commit a group at once; when that fails, each half of it, down to the command that is at fault itself."""
        error = self._broken or self._attempt(db, group)
        if error and len(group) > 1 and not self._broken:
            half = len(group) // 2
            self._commit(db, group[:half])
            self._commit(db, group[half:])
        else:
            self._queue.end(len(group), error)

    def _attempt(self, db: Database, group: list[Command]) -> str:
        """One transaction; the error in one line, or nothing."""
        try:
            if not self._committed_elsewhere(group):
                db.conn.execute("begin immediate")
                for command in merged(group):
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

    def _committed_elsewhere(self, group: list[Command]) -> bool:
        """Have the process of a busy run commit a group; False where this thread has to do it.

        Raises:
            RefusedError: a statement was refused.
        """
        rows = [command for command in group if isinstance(command, Rows)]
        if len(rows) < max(BUSY, len(group)) or not self._may_have_process:
            return False
        try:
            if self._process is None:
                self._process = StatementProcess(self._place, connection.BUSY_SECONDS, full_sync=self._full_sync)
            self._process.run(rows)
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


def _is_rows(command: Command) -> bool:
    return isinstance(command, Rows)
