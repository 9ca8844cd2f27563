"""Reading the store: for resuming, and for people.

Invariant: a `Reader` has a read-only connection of its own; it never blocks the writer and never changes the file.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import quote

from aiev.errors import StoreError, UsageError
from aiev.store.labels import LabelRecord
from aiev.store.reading.listing import Filters, ListedConversation, list_query, rows_query
from aiev.store.records import (
    BatchRecord,
    BatchRequestRecord,
    ConversationRecord,
    ExecutionRecord,
    HeartbeatRecord,
    MessageRecord,
    RequestRecord,
    RunRecord,
    SeedRecord,
    StartRecord,
)
from aiev.store.schema.version import refuse_newer
from aiev.store.texts import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiev.store.reading.facets import FacetIndex
    from aiev.store.writing.rows import Row

__all__ = ["Counts", "Filters", "ListedConversation", "Reader", "Spent"]

BUSY_SECONDS = 60.0
"""How long a query waits for a writer; in WAL mode it hardly ever has to."""
_EXECUTIONS = """
select e.*, p.text as program, t.text as tests, o.text as stdout, r.text as stderr, i.text as install_log
from executions e join blobs p on p.hash = e.program join blobs t on t.hash = e.tests
  join blobs o on o.hash = e.stdout join blobs r on r.hash = e.stderr join blobs i on i.hash = e.install_log
"""
_PROGRAM_LANGUAGE = "coalesce(nullif(json_extract(r.config, '$.dialogue.language'), ''), s.language)"
_TEXTS = {
    "seeds": "select id, content, iif(kind = 'problem', 'text', language) from seeds order by rowid",
    "problems": "select id, problem, 'text' from conversations where problem <> '' order by rowid",
    "programs": f"""select c.id, c.program, {_PROGRAM_LANGUAGE} from conversations c
        join seeds s on s.id = c.seed_id join runs r on r.id = c.run_id where c.program <> '' order by c.rowid""",  # noqa: S608 - ours
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of one run."""

    statuses: Counter[str]
    rounds: Counter[int]
    """Of accepted conversations."""
    verdicts: Counter[str]
    """Of all executions."""
    prompt_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has asked for in all of its starts."""

    requests: int
    tokens: int
    """Read and written."""
    cost: float
    """US dollars, of the replies whose price is known."""
    unpriced: int
    """Replies whose price is not known."""


class Reader:
    """Queries over one database file.

    Raises:
        StoreError: the file is missing, is no database of aiev, is from a newer aiev, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise StoreError(f"no database {path}; `aiev teach` makes one")
        self.path = path
        uri = f"file:{quote(str(path))}?mode=ro"
        try:
            self._db = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"cannot open {path}: {error}; name another file") from None
        try:
            refuse_newer(self._db, path)
            self._db.execute("select id from conversations limit 1")
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(f"{path} is not a database of aiev: {error}; name another file") from None
        except StoreError:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._db.close()

    def runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        rows = self._rows("select * from runs order by started_at desc")
        return [RunRecord(**_parsed(row, "config", "prompts")) for row in rows]

    def finished_seeds(self, run_id: str) -> set[str]:
        """Seeds of a run that need no further work: accepted or discarded."""
        rows = self._rows(
            "select seed_id from conversations where run_id = ? and status in ('accepted', 'discarded')",
            run_id,
        )
        return {row["seed_id"] for row in rows}

    def running_conversations(self, run_id: str) -> list[str]:
        """Ids of a run's conversations that were begun and have not ended."""
        rows = self._rows(
            "select id from conversations where run_id = ? and status = 'running' order by id",
            run_id,
        )
        return [row["id"] for row in rows]

    def has_journal(self) -> bool:
        """Whether any reply or execution was ever kept."""
        return bool(self._rows("select 1 from requests union all select 1 from executions limit 1"))

    def reply_for(self, request_hash: str) -> RequestRecord | None:
        """The journal's reply to a request, if it was ever answered."""
        rows = self._rows("select * from requests where hash = ?", request_hash)
        return RequestRecord(**_parsed(rows[0], "request")) if rows else None

    def execution_for(self, job_hash: str) -> ExecutionRecord | None:
        """The result of a job, if it ever ran."""
        rows = self._rows(f"{_EXECUTIONS} where e.job_hash = ? limit 1", job_hash)
        return _execution(rows[0]) if rows else None

    def counts(self, run_id: str) -> Counts:
        """Figures of one run."""
        totals = self._rows(
            "select coalesce(sum(prompt_tokens), 0) as prompt_tokens,"
            " coalesce(sum(completion_tokens), 0) as completion_tokens, coalesce(sum(seconds), 0.0) as seconds"
            " from conversations where run_id = ?",
            run_id,
        )[0]
        return Counts(
            statuses=self._counter("select status, count(*) from conversations where run_id = ? group by 1", run_id),
            rounds=self._counter(
                "select rounds, count(*) from conversations where run_id = ? and status = 'accepted' group by 1",
                run_id,
            ),
            verdicts=self._counter(
                "select verdict, count(*) from executions e join conversations c on c.id = e.conversation_id"
                " where run_id = ? group by 1",
                run_id,
            ),
            **totals,
        )

    def spent(self, run_id: str) -> Spent:
        """What was paid for on behalf of a run; a reply that another run paid for counts there."""
        row = self._rows(
            "select count(*) as requests, coalesce(sum(r.prompt_tokens + r.completion_tokens), 0) as tokens,"
            " coalesce(sum(r.cost), 0.0) as cost, count(*) - count(r.cost) as unpriced"
            " from requests r join conversations c on c.id = r.conversation_id where c.run_id = ?",
            run_id,
        )[0]
        return Spent(**row)

    def starts(self, run_id: str) -> list[StartRecord]:
        """The starts of a run, the newest first."""
        rows = self._rows("select * from starts where run_id = ? order by started_at desc", run_id)
        return [StartRecord(**row) for row in rows]

    def conversations(self, filters: Filters) -> list[ListedConversation]:
        """Conversations that pass the filters, the newest first."""
        query, values = list_query(filters)
        return [ListedConversation(**row) for row in self._rows(query, *values)]

    def listed(self, rowids: Sequence[int]) -> list[ListedConversation]:
        """Lines of the list for conversations by their row numbers, the newest first; a few hundred at most."""
        return [ListedConversation(**row) for row in self._rows(rows_query(len(rowids)), *rowids)] if rowids else []

    def rowid(self, conversation_id: str) -> int:
        """Row number of a conversation; raises UsageError when there is none of this id."""
        rows = self._rows("select rowid as number from conversations where id = ?", conversation_id)
        if not rows:
            raise UsageError(f"there is no conversation {conversation_id!r}")
        return int(rows[0]["number"])

    def ids(self, rowids: Sequence[int]) -> dict[int, str]:
        """Ids of conversations by their row numbers."""
        query = "select id from conversations where rowid = ?"
        return {rowid: row["id"] for rowid in rowids for row in self._rows(query, rowid)}

    def search(self, index: FacetIndex, text: str) -> int:
        """The choice of conversations in which a message holds all the words of a text."""
        with self._translated():
            return index.search(self._db, text)

    def beginnings(self, rowids: Sequence[int], length: int) -> dict[str, list[str]]:
        """The first characters of each message of some conversations, by conversation, in order."""
        found: dict[str, list[str]] = {}
        query = """select m.conversation_id as id, substr(m.content, 1, ?) as text from conversations c
            join messages m on m.conversation_id = c.id where c.rowid = ? order by m.position"""
        for rowid in rowids:
            for row in self._rows(query, length, rowid):
                found.setdefault(row["id"], []).append(row["text"])
        return found

    def labels(self, conversation_id: str) -> list[LabelRecord]:
        """What people thought of a conversation, the latest first."""
        query = "select conversation_id, label, note, created_at from labels where conversation_id = ? order by id desc"
        return [LabelRecord(**row) for row in self._rows(query, conversation_id)]

    def split(self, seed_id: str) -> str:
        """The side that a seed is on; empty when no split was made for it."""
        rows = self._rows("select split from splits where seed_id = ?", seed_id)
        return str(rows[0]["split"]) if rows else ""

    def gate_history(self) -> list[dict[str, Any]]:
        """The history of the gate, the oldest first; empty in a file that has none."""
        there = self._rows("select 1 from sqlite_master where type = 'table' and name = 'gates'")
        return self._rows("select * from gates order by rowid limit 1000") if there else []

    def seed_count(self) -> int:
        """Seeds in the file, those without a conversation included."""
        return int(self._rows("select count(*) as number from seeds")[0]["number"])

    def conversation(self, prefix: str) -> ConversationRecord:
        """The conversation whose id begins with `prefix`, with its messages.

        Raises:
            UsageError: there is none, or more than one.
        """
        rows = self._rows(
            "select * from conversations where id >= ? and id < ? and substr(id, 1, length(?)) = ? order by id limit 6",
            prefix,
            prefix + "\U0010ffff",
            prefix,
            prefix,
        )
        if not rows:
            raise UsageError(f"no conversation begins with {prefix!r}; `aiev inspect {self.path}` lists them")
        if len(rows) > 1:
            names = ", ".join(row["id"] for row in rows[:5])
            raise UsageError(f"several conversations begin with {prefix!r}: {names}; give more of the id")
        known = {name: value for name, value in rows[0].items() if name in ConversationRecord.__dataclass_fields__}
        return ConversationRecord(**known, messages=tuple(self._messages(rows[0]["id"])))

    def executions(self, conversation_id: str) -> list[ExecutionRecord]:
        """The rounds of a conversation, in order."""
        rows = self._rows(f"{_EXECUTIONS} where e.conversation_id = ? order by round", conversation_id)
        return [_execution(row) for row in rows]

    def requests(self, conversation_id: str) -> list[RequestRecord]:
        """The paid replies of a conversation, in the order they came, those before a restart included."""
        rows = self._rows("select * from requests where conversation_id = ? order by rowid", conversation_id)
        return [RequestRecord(**_parsed(row, "request")) for row in rows]

    def seed(self, seed_id: str) -> SeedRecord:
        """A seed by its id."""
        return SeedRecord(**self._rows("select * from seeds where id = ?", seed_id)[0])

    def seeds(self) -> Iterator[SeedRecord]:
        """All seeds, in the order in which they came, without holding them all."""
        with self._translated():
            cursor = self._db.execute("select * from seeds order by rowid")
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield SeedRecord(**dict(zip(names, row, strict=True)))

    def texts(self, kind: Literal["seeds", "problems", "programs"]) -> Iterator[tuple[str, str, str]]:
        """Every text of a kind, streamed in the order in which it was stored: id, text, language (`text` for prose)."""
        with self._translated():
            yield from self._db.execute(_TEXTS[kind])

    def run(self, run_id: str) -> RunRecord:
        """A run by its id."""
        row = self._rows("select * from runs where id = ?", run_id)[0]
        return RunRecord(**_parsed(row, "config", "prompts"))

    def heartbeats(self) -> list[HeartbeatRecord]:
        """The last word of each run's newest start, the newest first; none in a file from before there were any."""
        if not self._has("heartbeats"):
            return []
        rows = self._rows(
            "select * from heartbeats h where started_at ="
            " (select max(started_at) from heartbeats where run_id = h.run_id) order by started_at desc"
        )
        return [HeartbeatRecord(**_parsed(row, "progress")) for row in rows]

    def batches(self, run_id: str = "") -> list[BatchRecord]:
        """The batches of a run, or of all, the oldest first."""
        if not self._has("batches"):
            return []
        rows = self._rows("select * from batches where ? in ('', run_id) order by created_at, id", run_id)
        return [BatchRecord(**row) for row in rows]

    def batch_requests(self, batch_id: str, status: str = "waiting") -> list[BatchRequestRecord]:
        """The requests of a batch that have this status."""
        rows = self._rows("select * from batch_requests where batch_id = ? and status = ?", batch_id, status)
        return [BatchRequestRecord(**_parsed(row, "request")) for row in rows]

    def waiting_hashes(self, run_id: str) -> set[str]:
        """Hashes of the run's requests that are in a batch whose replies have not been collected."""
        if not self._has("batches"):
            return set()
        rows = self._rows(
            "select hash from batch_requests r join batches b on b.id = r.batch_id"
            " where b.run_id = ? and r.status = 'waiting'",
            run_id,
        )
        return {row["hash"] for row in rows}

    def _has(self, table: str) -> bool:
        """Whether the file has a table; one that an older aiev wrote and nobody has written since may lack new ones."""
        return bool(self._rows("select 1 from sqlite_master where type = 'table' and name = ?", table))

    def _messages(self, conversation_id: str) -> Iterator[MessageRecord]:
        query = (
            "select position, role, content, train, agent, prompt_hash, request_hash, round from messages"
            " where conversation_id = ? order by position"
        )
        for row in self._rows(query, conversation_id):
            yield MessageRecord(**row | {"train": bool(row["train"])})

    def _rows(self, query: str, *values: Any) -> list[Row]:
        """Rows as dictionaries; of two columns of one name the later counts, so a blob's text stands for its hash."""
        with self._translated():
            bound = [clean(value) if isinstance(value, str) else value for value in values]
            cursor = self._db.execute(query, bound)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _counter(self, query: str, *values: Any) -> Counter[Any]:
        with self._translated():
            return Counter(dict(self._db.execute(query, values).fetchall()))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"cannot read {self.path}: {error}") from None


def _parsed(row: Row, *names: str) -> Row:
    return row | {name: json.loads(row[name]) for name in names}


def _execution(row: Row) -> ExecutionRecord:
    values = _parsed(row, "requirements", "installed")
    names = ExecutionRecord.__dataclass_fields__
    values |= {name: bool(values[name]) for name in ("stdout_truncated", "stderr_truncated")}
    values |= {name: tuple(values[name]) for name in ("requirements", "installed")}
    return ExecutionRecord(**{name: value for name, value in values.items() if name in names})
