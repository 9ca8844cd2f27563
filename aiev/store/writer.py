"""Typed writes: each returns when its transaction has been committed.

Invariants: an awaited write survives the death of the process (`connection.py` says what a power cut does); every write
may be repeated: the same rows give the same database. How commands are queued and committed is `thread.py`'s business.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from aiev.store.rows import as_json, digest, insert_new, upsert
from aiev.store.thread import WriterThread

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
        SplitRecord,
    )

_BLOBS = ("program", "tests", "stdout", "stderr", "install_log")


class Store:
    """Writes records; use as a context manager or call `close()`. Every write raises StoreError when it fails."""

    def __init__(self, path: Path, *, full_sync: bool = False) -> None:
        self.path = path
        self._thread = WriterThread(path, full_sync=full_sync)

    @classmethod
    def open(cls, path: Path, *, full_sync: bool = False) -> Self:
        """Open or make the database and bring it to the newest schema.

        Args:
            path: the file; its folder must exist.
            full_sync: acknowledged writes survive a power cut too, not only the death of the process.

        Raises:
            StoreError: the file cannot be opened, is no database, or is from a newer aiev.
        """
        store = cls(path, full_sync=full_sync)
        store._thread.start()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is queued and close the file. May be called twice."""
        self._thread.close()

    async def add_run(self, run: RunRecord) -> None:
        """Add a run, or leave it as it is when it is there: a run that goes on keeps its start."""
        row = asdict(run) | {"config": as_json(run.config), "prompts": as_json(run.prompts)}
        await self._thread.submit(lambda db: insert_new(db, "runs", row))

    async def add_seeds(self, seeds: Sequence[SeedRecord]) -> None:
        """Add seeds that are not there yet."""
        rows = [asdict(seed) for seed in seeds]
        await self._thread.submit(lambda db: insert_new(db, "seeds", *rows))

    async def start_conversation(self, conversation: ConversationRecord) -> None:
        """Add a conversation, or begin one anew: its messages go, what was paid for or executed stays."""
        row = _conversation(conversation)

        def command(db: Database) -> None:
            _forget(db, conversation.id)
            upsert(db, "conversations", row, "id")

        await self._thread.submit(command)

    async def add_message(self, conversation_id: str, message: MessageRecord) -> None:
        """Add a message, or put it in the place of the one at its position."""
        row = asdict(message) | {"conversation_id": conversation_id}
        await self._thread.submit(lambda db: upsert(db, "messages", row, "conversation_id", "position"))

    async def add_execution(self, conversation_id: str, execution: ExecutionRecord) -> None:
        """Add a round, or put it in the place of the one of its number; its long texts are kept once, by hash."""
        row = asdict(execution) | {
            "conversation_id": conversation_id,
            "requirements": as_json(execution.requirements),
            "installed": as_json(execution.installed),
        }
        blobs = {digest(row[name]): row[name] for name in _BLOBS}
        row |= {name: digest(row[name]) for name in _BLOBS}

        def command(db: Database) -> None:
            insert_new(db, "blobs", *({"hash": key, "text": text} for key, text in blobs.items()))
            upsert(db, "executions", row, "conversation_id", "round")

        await self._thread.submit(command)

    async def add_request(self, request: RequestRecord) -> None:
        """Write a paid reply into the journal; of two replies to one request the first stays."""
        row = asdict(request) | {"request": as_json(request.request)}
        await self._thread.submit(lambda db: insert_new(db, "requests", row))

    async def freeze_splits(self, splits: Sequence[SplitRecord]) -> None:
        """Write where seeds went, all or none; a seed that is frozen already stays where it is."""
        rows = [asdict(split) for split in splits]
        await self._thread.submit(lambda db: insert_new(db, "splits", *rows))

    async def finish_conversation(self, conversation: ConversationRecord, train: Sequence[int] = ()) -> None:
        """Write how a conversation ended, and mark the messages at the positions `train` for the loss.

        Rounds beyond its last, which an earlier start of it may have left behind, go.
        """
        row = _conversation(conversation)
        rows = [(True, conversation.id, position) for position in train]

        def command(db: Database) -> None:
            upsert(db, "conversations", row, "id")
            _flag(db, rows)
            later = "delete from executions where conversation_id = ? and round > ?"
            db.conn.execute(later, [conversation.id, conversation.rounds])

        await self._thread.submit(command)


def _forget(db: Database, conversation_id: str) -> None:
    db.conn.execute("delete from messages where conversation_id = ?", [conversation_id])


def _flag(db: Database, rows: Sequence[tuple[bool, str, int]]) -> None:
    db.conn.executemany("update messages set train = ? where conversation_id = ? and position = ?", rows)


def _conversation(conversation: ConversationRecord) -> dict[str, Any]:
    return {name: value for name, value in asdict(conversation).items() if name != "messages"}
