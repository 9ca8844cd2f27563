"""Typed writes: each returns when its transaction has been committed, unless it says otherwise.

Invariants: an awaited write survives the death of the process (`connection.py` says what a power cut does); every write
may be repeated: the same rows give the same database. How commands are queued and committed is `thread.py`'s business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from aiev.store.error_class import error_class
from aiev.store.packages import package_names
from aiev.store.texts import digest
from aiev.store.writing.preference import matrix_statements
from aiev.store.writing.statements import as_json, columns, insert, upsert
from aiev.store.writing.thread import QUEUE, WriterThread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aiev.store.alignment_records import CandidateRecord, InstructionRecord
    from aiev.store.preference_records import MatrixRecord
    from aiev.store.records import (
        BatchRecord,
        BatchRequestRecord,
        ConversationRecord,
        EvidenceRecord,
        ExecutionRecord,
        HeartbeatRecord,
        LeaseRecord,
        MessageRecord,
        RequestRecord,
        RunRecord,
        SeedRecord,
        SplitRecord,
        StartRecord,
    )
    from aiev.store.writing.statements import Statement

_TEXTS = ("program", "tests", "stdout", "stderr", "install_log")
"""Texts of an execution that are kept once, by hash."""
_FORGET_MESSAGES = "delete from messages where conversation_id = ?"
_FORGET_PACKAGES = "delete from packages where conversation_id = ?"
_FORGET_LATER_ROUNDS = "delete from executions where conversation_id = ? and round > ?"
_FORGET_TESTS = "delete from evidence_tests where conversation_id = ?"
_FORGET_LEASE = "delete from leases where name = ? and holder = ?"
_FORGET_CANDIDATES = "delete from candidates where conversation_id = ?"
_CHOOSE = "update candidates set chosen = 1 where conversation_id = ? and position = ?"
_DISCARD = "update conversations set status = 'discarded', reason = ? where id = ? and status = 'accepted'"
_DROPPED = "update instructions set dropped = ? where conversation_id = ?"
_ACCEPT = "update conversations set status = 'accepted', reason = '' where id = ?"
_TRAIN_ON = "update messages set train = 1 where conversation_id = ? and position = ?"
_END_REQUEST = "update batch_requests set status = ?, detail = ? where batch_id = ? and hash = ?"


class Store:
    """Writes records; use as a context manager or call `close()`. Every write raises StoreError when it fails."""

    def __init__(self, path: Path, *, full_sync: bool = False, waiting: int = QUEUE, rescues: bool = True) -> None:
        self.path = path
        self._thread = WriterThread(path, full_sync=full_sync, waiting=waiting, rescues=rescues)

    @classmethod
    def open(cls, path: Path, *, full_sync: bool = False, waiting: int = QUEUE, rescues: bool = True) -> Self:
        """Open or make the database and bring it to the newest schema.

        Args:
            path: the file; its folder must exist.
            full_sync: acknowledged writes survive a power cut too, not only the death of the process.
            waiting: writes that wait for the disk, at most, before their callers wait.
            rescues: whether a rescue file is written when the file is lost.

        Raises:
            StoreError: the file cannot be opened, is no database, or is from a newer aiev.
        """
        store = cls(path, full_sync=full_sync, waiting=waiting, rescues=rescues)
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
    def broken(self) -> str:
        """Why nothing can be written any more, in one line: the file or the lease is lost. Empty while it can."""
        return self._thread.broken

    async def take_lease(self, lease: LeaseRecord, dead: str = "") -> None:
        """Take a lease where nobody has it, or the holder called `dead` has; the reader says who has it then."""
        row = columns(lease)
        await self._write((_FORGET_LEASE, [(lease.name, dead)]), insert("leases", row))

    def require_lease(self, lease: LeaseRecord) -> None:
        """Write from now on only while a lease is held that was taken, and keep it fresh, once a second."""
        self._thread.require(lease)

    async def release_lease(self, lease: LeaseRecord) -> None:
        """Give a lease up that is held."""
        await self._write((_FORGET_LEASE, [(lease.name, lease.holder)]))
        self._thread.require(None)

    @property
    def position(self) -> int:
        """Where in the order of all writes the last one stands that was queued."""
        return self._thread.queued

    async def settle(self, position: int) -> None:
        """Wait until every write up to a position is committed; at once where that has been."""
        await self._thread.settle(position)

    async def add_run(self, run: RunRecord) -> None:
        """Add a run, or leave it as it is when it is there: a run that resumes keeps its start."""
        row = columns(run) | {"config": as_json(run.config), "prompts": as_json(run.prompts)}
        await self._write(insert("runs", row))

    async def add_seeds(self, seeds: Sequence[SeedRecord]) -> None:
        """Add seeds that are not there yet."""
        await self._write(insert("seeds", *map(columns, seeds)))

    async def write_start(self, start: StartRecord) -> None:
        """Add a start of a run, or write how it ended."""
        await self._write(upsert("starts", columns(start), "id"))

    async def start_conversation(self, conversation: ConversationRecord, *, wait: bool = True) -> None:
        """Add a conversation, or begin one anew: its messages go, what was paid for or executed stays.

        Without `wait` it is only queued, and committed no later than the write that is awaited next.
        """
        key = [(conversation.id,)]
        await self._write((_FORGET_MESSAGES, key), (_FORGET_PACKAGES, key), _conversation(conversation), wait=wait)

    async def add_message(self, conversation_id: str, message: MessageRecord) -> None:
        """Queue a message, or put it in the place of the one at its position.

        It is committed no later than the write that is awaited next. Nothing is lost with it before that: messages
        follow from the journal.
        """
        row = columns(message) | {"conversation_id": conversation_id}
        await self._write(upsert("messages", row, "conversation_id", "position"), wait=False)

    async def add_execution(self, conversation_id: str, execution: ExecutionRecord, *, wait: bool = True) -> None:
        """Add a round, or put it in the place of the one of its number; its long texts are kept once, by hash.

        Without `wait` it is only queued; `settle` says when it is committed.
        """
        row = columns(execution)
        blobs = {name: {"hash": digest(row[name]), "text": row[name]} for name in _TEXTS}
        row |= {name: blob["hash"] for name, blob in blobs.items()} | {
            "conversation_id": conversation_id,
            "requirements": as_json(execution.requirements),
            "installed": as_json(execution.installed),
            "error_class": error_class(execution.verdict, execution.stderr, execution.exit_code),
        }
        packages = [
            {"package": name, "conversation_id": conversation_id} for name in package_names(execution.requirements)
        ]
        await self._write(
            insert("blobs", *blobs.values()),
            upsert("executions", row, "conversation_id", "round"),
            insert("packages", *packages),
            wait=wait,
        )

    async def add_request(self, request: RequestRecord, as_text: str = "", *, wait: bool = True) -> None:
        """Write a paid reply into the journal; of two replies to one request the first stays.

        Args:
            request: the row.
            as_text: its `request` as JSON, where that has been made already.
            wait: without, it is only queued; `settle` says when it is committed.
        """
        await self._write(
            insert("requests", columns(request) | {"request": as_text or as_json(request.request)}), wait=wait
        )

    async def add_matrix(self, name: str, conversation_id: str, result: str) -> None:
        """Queue the result of a matrix, as JSON by its hash; it is committed no later than the write awaited next."""
        row = {"hash": name, "conversation_id": conversation_id, "result": result}
        await self._write(insert("matrices", row), wait=False)

    async def finish_conversation(
        self, conversation: ConversationRecord, train: Sequence[int] = (), *, wait: bool = True
    ) -> None:
        """Write how a conversation ended, and mark the messages at the positions `train` for the loss.

        Rounds beyond its last, which an earlier start of it may have left behind, go. Without `wait` it is only queued,
        and committed no later than the write that is awaited next.
        """
        await self._write(
            _conversation(conversation),
            (_TRAIN_ON, [(conversation.id, position) for position in train]),
            (_FORGET_LATER_ROUNDS, [(conversation.id, conversation.rounds)]),
            wait=wait,
        )

    async def write_evidence(self, evidence: EvidenceRecord, *, wait: bool = True) -> None:
        """Write the evidence of a conversation over what was known before."""
        row = columns(evidence) | {"detail": as_json(evidence.detail), "stable": int(evidence.stable)}
        del row["tests"]
        tests = [columns(test) | {"conversation_id": evidence.conversation_id} for test in evidence.tests]
        await self._write(
            upsert("evidence", row, "conversation_id"),
            (_FORGET_TESTS, [(evidence.conversation_id,)]),
            insert("evidence_tests", *tests),
            wait=wait,
        )

    async def accept(self, conversation_id: str) -> None:
        """Accept a conversation that was discarded for want of evidence."""
        await self._write((_ACCEPT, [(conversation_id,)]))

    async def write_instruction(self, instruction: InstructionRecord, *, wait: bool = True) -> None:
        """Write an instruction over what was known of it before."""
        row = columns(instruction) | {
            "concepts": as_json(instruction.concepts),
            "shots": as_json(instruction.shots),
            "shows_tests": int(instruction.shows_tests),
        }
        await self._write(upsert("instructions", row, "conversation_id"), wait=wait)

    async def write_candidates(
        self, conversation_id: str, candidates: Sequence[CandidateRecord], *, wait: bool = True
    ) -> None:
        """Write the responses to an instruction over what was known of them before."""
        rows = [columns(one) | {"conversation_id": conversation_id, "chosen": int(one.chosen)} for one in candidates]
        texts = {digest(row[name]): row[name] for row in rows for name in ("program", "tests")}
        rows = [row | {name: digest(row[name]) for name in ("program", "tests")} for row in rows]
        await self._write(
            insert("blobs", *({"hash": name, "text": text} for name, text in texts.items())),
            (_FORGET_CANDIDATES, [(conversation_id,)]),
            insert("candidates", *rows),
            wait=wait,
        )

    async def write_matrix(self, matrix: MatrixRecord, *, wait: bool = True) -> None:
        """Write the programs and tests of a problem, with all that they came to, over what was known of them before."""
        await self._write(*matrix_statements(matrix), wait=wait)

    async def choose_candidate(self, conversation_id: str, position: int, *, wait: bool = True) -> None:
        """Mark the response that a conversation keeps."""
        await self._write((_CHOOSE, [(conversation_id, position)]), wait=wait)

    async def drop(self, conversation_ids: Mapping[str, str]) -> None:
        """Discard accepted conversations of self-alignment, each with the reason that sanitising gives."""
        rows = [(f"sanitised: {why}", one) for one, why in conversation_ids.items()]
        marks = [(why, one) for one, why in conversation_ids.items()]
        await self._write((_DISCARD, rows), (_DROPPED, marks))

    async def beat(self, heartbeat: HeartbeatRecord) -> None:
        """Write how far a run is, over what the same start of it said before."""
        row = columns(heartbeat) | {"progress": as_json(heartbeat.progress)}
        await self._write(upsert("heartbeats", row, "run_id", "started_at"))

    async def add_batch(self, batch: BatchRecord, requests: Sequence[BatchRequestRecord]) -> None:
        """Add a batch with all its requests."""
        rows = [columns(request) | {"request": as_json(request.request)} for request in requests]
        await self._write(insert("batches", columns(batch)), insert("batch_requests", *rows))

    async def update_batch(self, batch: BatchRecord) -> None:
        """Write what is known of a batch now."""
        await self._write(upsert("batches", columns(batch), "id"))

    async def end_batch_requests(self, batch_id: str, ended: Mapping[str, str]) -> None:
        """Mark requests as answered, or as failed where there is a reason.

        Args:
            batch_id: the batch.
            ended: the hash of each request with the reason of its failure, or "".
        """
        rows = [("failed" if why else "answered", why, batch_id, key) for key, why in ended.items()]
        await self._write((_END_REQUEST, rows))

    async def freeze_splits(self, splits: Sequence[SplitRecord]) -> None:
        """Write where seeds went, all or none; a seed that is frozen already stays where it is."""
        await self._write(insert("splits", *map(columns, splits)))

    async def _write(self, *statements: Statement, wait: bool = True) -> None:
        """Write together or not at all, and wait for the commit or not."""
        command = tuple(statement for statement in statements if statement[1])
        await (self._thread.submit(command) if wait else self._thread.post(command))


def _conversation(record: ConversationRecord) -> Statement:
    row = columns(record)
    del row["messages"]
    return upsert("conversations", row, "id")
