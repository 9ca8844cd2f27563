"""Typed writes: each returns when its transaction has been committed, unless it says otherwise.

Invariants: an awaited write survives the death of the process (`connection.py` says what a power cut does); every write
may be repeated: the same rows give the same database. How commands are queued and committed is `thread.py`'s business.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Self

from aiev.store.error_class import error_class
from aiev.store.packages import package_names
from aiev.store.records import ConversationRecord, ExecutionRecord, MessageRecord, RequestRecord
from aiev.store.texts import clean, digest
from aiev.store.writing.bulk import Rows, Statement
from aiev.store.writing.rows import Shape, as_json, columns, insert_new, insertion, upsert, upserts
from aiev.store.writing.thread import QUEUE, WriterThread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlite_utils import Database

    from aiev.store.records import (
        BatchRecord,
        BatchRequestRecord,
        HeartbeatRecord,
        RunRecord,
        SeedRecord,
        SplitRecord,
        StartRecord,
    )

_BLOBS = ("program", "tests", "stdout", "stderr", "install_log")
"""Texts of an execution that are kept once, by hash."""
_BEGIN, _REQUEST, _MESSAGE, _BLOB, _EXECUTION, _PACKAGE, _END, _MARK = range(1, 9)
"""Ranks: of the rows of one conversation, those that others refer to come first."""
_BEGUN = Shape(_BEGIN, "conversations", ConversationRecord, without=("messages",), key=("id",))
_ENDED = Shape(_END, "conversations", ConversationRecord, without=("messages",), key=("id",))
_PAID = Shape(_REQUEST, "requests", RequestRecord, without=("request",), added=("request",))
_SAID = Shape(_MESSAGE, "messages", MessageRecord, added=("conversation_id",), key=("conversation_id", "position"))
_RAN = Shape(
    _EXECUTION,
    "executions",
    ExecutionRecord,
    without=(*_BLOBS, "requirements", "installed"),
    added=(*_BLOBS, "conversation_id", "requirements", "installed", "error_class"),
    key=("conversation_id", "round"),
)
_texts_of = attrgetter(*_BLOBS)
_KEPT_ONCE = insertion(_BLOB, "blobs", "hash", "text")
_ASKED_FOR = insertion(_PACKAGE, "packages", "package", "conversation_id")
_FORGET_MESSAGES = Statement(0, "delete from messages where conversation_id in (", "?", ")")
_FORGET_PACKAGES = Statement(0, "delete from packages where conversation_id in (", "?", ")")
_TRAIN = Statement(
    _MARK,
    "update messages set train = 1 where id in (select said.id from (values ",
    "(?, ?)",
    ") as wanted join messages as said on said.conversation_id = wanted.column1 and said.position = wanted.column2)",
)
_FORGET_LATER = Statement(
    _MARK,
    "delete from executions where rowid in (select later.rowid from (values ",
    "(?, ?)",
    ") as ended join executions as later on later.conversation_id = ended.column1 and later.round > ended.column2)",
)


class Store:
    """Writes records; use as a context manager or call `close()`. Every write raises StoreError when it fails."""

    def __init__(self, path: Path, *, full_sync: bool = False, waiting: int = QUEUE) -> None:
        self.path = path
        self._thread = WriterThread(path, full_sync=full_sync, waiting=waiting)

    @classmethod
    def open(cls, path: Path, *, full_sync: bool = False, waiting: int = QUEUE) -> Self:
        """Open or make the database and bring it to the newest schema.

        Args:
            path: the file; its folder must exist.
            full_sync: acknowledged writes survive a power cut too, not only the death of the process.
            waiting: writes that wait for the disk, at most, before their callers wait.

        Raises:
            StoreError: the file cannot be opened, is no database, or is from a newer aiev.
        """
        store = cls(path, full_sync=full_sync, waiting=waiting)
        store._thread.start()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is queued and close the file. May be called twice."""
        self._thread.close()

    @property
    def position(self) -> int:
        """Where in the order of all writes the last one stands that was queued."""
        return self._thread.queued

    async def settle(self, position: int) -> None:
        """Wait until every write up to a position is committed; hardly a moment where that has been."""
        await self._thread.settle(position)

    async def add_run(self, run: RunRecord) -> None:
        """Add a run, or leave it as it is when it is there: a run that goes on keeps its start."""
        row = columns(run) | {"config": as_json(run.config), "prompts": as_json(run.prompts)}
        await self._thread.submit(lambda db: insert_new(db, "runs", row))

    async def add_seeds(self, seeds: Sequence[SeedRecord]) -> None:
        """Add seeds that are not there yet."""
        rows = [columns(seed) for seed in seeds]
        await self._thread.submit(lambda db: insert_new(db, "seeds", *rows))

    async def write_start(self, start: StartRecord) -> None:
        """Add a start of a run, or write how it ended."""
        row = columns(start)
        await self._thread.submit(lambda db: upsert(db, "starts", row, "id"))

    async def start_conversation(self, conversation: ConversationRecord, *, wait: bool = True) -> None:
        """Add a conversation, or begin one anew: its messages go, what was paid for or executed stays.

        Without `wait` it is only queued, and committed no later than the write that is awaited next.
        """
        key = (conversation.id,)
        changes = ((_FORGET_MESSAGES, key), (_FORGET_PACKAGES, key), _BEGUN.row(conversation))
        await self._write(Rows(conversation.id, changes), wait=wait)

    async def add_message(self, conversation_id: str, message: MessageRecord) -> None:
        """Queue a message, or put it in the place of the one at its position.

        It is committed no later than the write that is awaited next. Nothing is lost with it before that: messages
        follow from the journal.
        """
        await self._thread.post(Rows(conversation_id, (_SAID.row(message, conversation_id),)))

    async def add_execution(self, conversation_id: str, execution: ExecutionRecord, *, wait: bool = True) -> None:
        """Add a round, or put it in the place of the one of its number; its long texts are kept once, by hash.

        Without `wait` it is only queued; `settle` says when it is committed.
        """
        texts = _texts_of(execution)
        hashes = [digest(text) for text in texts]
        ran = _RAN.row(
            execution,
            *hashes,
            conversation_id,
            as_json(execution.requirements),
            as_json(execution.installed),
            error_class(execution.verdict, execution.stderr, execution.exit_code),
        )
        blobs = [(_KEPT_ONCE, blob) for blob in dict(zip(hashes, texts, strict=True)).items()]
        packages = [(_ASKED_FOR, (name, conversation_id)) for name in package_names(execution.requirements)]
        await self._write(Rows(conversation_id, (*blobs, ran, *packages)), wait=wait)

    async def add_request(self, request: RequestRecord, as_text: str = "", *, wait: bool = True) -> None:
        """Write a paid reply into the journal; of two replies to one request the first stays.

        Args:
            request: the row.
            as_text: its `request` as JSON, where that has been made already.
            wait: without, it is only queued; `settle` says when it is committed.
        """
        paid = _PAID.row(request, as_text or as_json(request.request))
        await self._write(Rows(request.conversation_id, (paid,)), wait=wait)

    async def beat(self, heartbeat: HeartbeatRecord) -> None:
        """Write how far a run is, over what the same start of it said before."""
        row = columns(heartbeat) | {"progress": as_json(heartbeat.progress)}
        await self._write(Rows("", (upserts(0, "heartbeats", row, "run_id", "started_at"),)), wait=True)

    async def add_batch(self, batch: BatchRecord, requests: Sequence[BatchRequestRecord]) -> None:
        """Add a batch with all its requests."""
        rows = [columns(request) | {"request": as_json(request.request)} for request in requests]

        def command(db: Database) -> None:
            insert_new(db, "batches", columns(batch))
            insert_new(db, "batch_requests", *rows)

        await self._thread.submit(command)

    async def update_batch(self, batch: BatchRecord) -> None:
        """Write what is known of a batch now."""
        row = columns(batch)
        await self._thread.submit(lambda db: upsert(db, "batches", row, "id"))

    async def end_batch_requests(self, batch_id: str, ended: Mapping[str, str]) -> None:
        """Mark requests as answered, or as failed where there is a reason.

        Args:
            batch_id: the batch.
            ended: the hash of each request with the reason of its failure, or "".
        """
        rows = [("failed" if why else "answered", clean(why), batch_id, key) for key, why in ended.items()]
        update = "update batch_requests set status = ?, detail = ? where batch_id = ? and hash = ?"
        await self._thread.submit(lambda db: _many(db, update, rows))

    async def freeze_splits(self, splits: Sequence[SplitRecord]) -> None:
        """Write where seeds went, all or none; a seed that is frozen already stays where it is."""
        rows = [columns(split) for split in splits]
        await self._thread.submit(lambda db: insert_new(db, "splits", *rows))

    async def finish_conversation(
        self, conversation: ConversationRecord, train: Sequence[int] = (), *, wait: bool = True
    ) -> None:
        """Write how a conversation ended, and mark the messages at the positions `train` for the loss.

        Rounds beyond its last, which an earlier start of it may have left behind, go. Without `wait` it is only queued,
        and committed no later than the write that is awaited next.
        """
        changes = (
            _ENDED.row(conversation),
            *((_TRAIN, (conversation.id, position)) for position in train),
            (_FORGET_LATER, (conversation.id, conversation.rounds)),
        )
        await self._write(Rows(conversation.id, changes), wait=wait)

    async def _write(self, rows: Rows, *, wait: bool) -> None:
        """Write rows of one conversation, and wait for their commit or not."""
        await (self._thread.submit(rows) if wait else self._thread.post(rows))


def _many(db: Database, statement: str, rows: Sequence[tuple[str, ...]]) -> None:
    db.conn.executemany(statement, rows)
