"""The one writer: a thread that owns the only writing connection.

Commands are queued from the event loop, committed in groups, and answered after their commit. Invariants: an awaited
write has been committed (WAL survives the death of the process; `full_sync` a power cut too); the queue is bounded,
so a slow disk slows the producers instead of filling memory; once a write has failed for good, so does every later one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from aiev.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlite_utils import Database

    from aiev.store.records import (
        ConversationRecord,
        ExecutionRecord,
        MessageRecord,
        RequestRecord,
        RunRecord,
        SeedRecord,
    )

GROUP = 256
QUEUE = 4096
_BLOBS = ("program", "tests", "stdout", "stderr", "install_log")
Command = Callable[["Database"], None]


class Store:
    """Writes records; use as a context manager or call `close()`."""

    def __init__(self, path: Path, *, full_sync: bool = False) -> None:
        self.path = path
        self._queue: queue.Queue[tuple[Command, Future[None]] | None] = queue.Queue(QUEUE)
        self._opened: Future[None] = Future()
        self._full_sync = full_sync
        self._thread = threading.Thread(target=self._work, name="aiev-store", daemon=True)

    @classmethod
    def open(cls, path: Path, *, full_sync: bool = False) -> Self:
        """Open or make the database and bring it to the newest schema.

        Raises:
            StoreError: the file cannot be opened, is no database, or is from a newer aiev.
        """
        store = cls(path, full_sync=full_sync)
        store._thread.start()
        store._opened.result()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is queued and close the file. May be called twice."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    async def add_run(self, run: RunRecord) -> None:
        """Add a run, or leave it as it is when it is there: a run that goes on keeps its start."""
        row = asdict(run) | {"config": _json(run.config), "prompts": _json(run.prompts)}
        await self._write(lambda db: _insert(db, "runs", row, ignore=True))

    async def add_seeds(self, seeds: Sequence[SeedRecord]) -> None:
        """Add seeds that are not there yet."""
        rows = [asdict(seed) for seed in seeds]
        await self._write(lambda db: _insert(db, "seeds", *rows, ignore=True))

    async def start_conversation(self, conversation: ConversationRecord) -> None:
        """Add a conversation, or begin one anew: its messages and executions go, the journal's replies stay."""
        row = _conversation(conversation)

        def command(db: Database) -> None:
            for table in ("messages", "executions"):
                db.execute(f"delete from {table} where conversation_id = ?", [conversation.id])  # noqa: S608
            _upsert(db, "conversations", row, "id")

        await self._write(command)

    async def add_message(self, conversation_id: str, message: MessageRecord) -> None:
        """Add the next message of a conversation."""
        row = asdict(message) | {"conversation_id": conversation_id}
        await self._write(lambda db: _insert(db, "messages", row))

    async def add_execution(self, conversation_id: str, execution: ExecutionRecord) -> None:
        """Add one round; its long texts are kept once, by hash."""
        row = asdict(execution) | {
            "conversation_id": conversation_id,
            "requirements": _json(execution.requirements),
            "installed": _json(execution.installed),
        }
        blobs = {digest(row[name]): row[name] for name in _BLOBS}
        row |= {name: digest(row[name]) for name in _BLOBS}

        def command(db: Database) -> None:
            _insert(db, "blobs", *({"hash": key, "text": text} for key, text in blobs.items()), ignore=True)
            _insert(db, "executions", row)

        await self._write(command)

    async def add_request(self, request: RequestRecord) -> None:
        """Write a paid reply into the journal."""
        row = asdict(request) | {"request": _json(request.request)}
        await self._write(lambda db: _insert(db, "requests", row, ignore=True))

    async def finish_conversation(self, conversation: ConversationRecord, train: Sequence[int]) -> None:
        """Write how a conversation ended, and mark the messages at the positions `train` for the loss."""
        row = _conversation(conversation)

        def command(db: Database) -> None:
            _upsert(db, "conversations", row, "id")
            for position in train:
                db.execute(
                    "update messages set train = 1 where conversation_id = ? and position = ?",
                    [conversation.id, position],
                )

        await self._write(command)

    async def _write(self, command: Command) -> None:
        if not self._thread.is_alive():
            raise StoreError(f"the store {self.path} is closed")
        done: Future[None] = Future()
        item = (command, done)
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            await asyncio.to_thread(self._queue.put, item)
        await asyncio.wrap_future(done)

    def _work(self) -> None:
        """The writer thread: open, write groups until None comes, close."""
        try:
            db = open_database(self.path, full_sync=self._full_sync)
        except StoreError as error:
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
        """Commit a group at once; when that fails, each command alone, so that the faulty one is known."""
        try:
            with db.atomic():
                for command, _ in group:
                    command(db)
        except (sqlite3.Error, ValueError) as error:
            if len(group) == 1:
                group[0][1].set_exception(StoreError(f"cannot write to {self.path}: {error}"))
                return
            for item in group:
                self._commit(db, [item])
        else:
            for _, done in group:
                done.set_result(None)


def open_database(path: Path, *, full_sync: bool = False) -> Database:
    """A writing connection with the newest schema; raises StoreError."""
    from sqlite_utils import Database  # noqa: PLC0415 - slow to import

    from aiev.store.migrations import migrate  # noqa: PLC0415

    if not path.parent.is_dir():
        raise StoreError(f"cannot make {path}: there is no folder {path.parent}")
    try:
        connection = sqlite3.connect(path, timeout=60, check_same_thread=False)
        connection.execute("pragma foreign_keys = on")
    except sqlite3.Error as error:
        raise StoreError(f"cannot open {path}: {error}; name another file with --db") from None
    db = Database(connection)
    try:
        migrate(db, path)
        db.enable_wal()
        db.execute(f"pragma synchronous = {'full' if full_sync else 'normal'}")
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"cannot write to {path}: {error}; name another file with --db") from None
    except StoreError:
        connection.close()
        raise
    return db


def digest(text: str) -> str:
    """SHA-256 of a text, in hex; lone surrogates count as they are."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _insert(db: Database, table: str, *rows: dict[str, Any], ignore: bool = False) -> None:
    verb = "insert or ignore" if ignore else "insert"
    for row in rows:
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        db.execute(f"{verb} into {table} ({names}) values ({marks})", _clean(row))


def _upsert(db: Database, table: str, row: dict[str, Any], key: str) -> None:
    names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != key)
    db.execute(
        f"insert into {table} ({names}) values ({marks}) on conflict ({key}) do update set {changes}",  # noqa: S608
        _clean(row),
    )


def _clean(row: dict[str, Any]) -> dict[str, Any]:
    """Texts that SQLite can hold: a lone surrogate becomes a question mark."""
    return {
        name: value.encode(errors="replace").decode() if isinstance(value, str) else value
        for name, value in row.items()
    }


def _conversation(conversation: ConversationRecord) -> dict[str, Any]:
    return {name: value for name, value in asdict(conversation).items() if name != "messages"}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
