import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from aiev.errors import StoreError, UsageError
from aiev.store.reader import Filters, Reader
from aiev.store.records import (
    ConversationRecord,
    ExecutionRecord,
    MessageRecord,
    RequestRecord,
    RunRecord,
    SeedRecord,
)
from aiev.store.writer import Store

RUN = RunRecord("r1", "teach", "2026-01-01", {"a": 1}, "f", "m", "embedded", "docker", "sha256:1", {"p": "h"}, "0.1.0")
SEED = SeedRecord("s1", "function", "python", "def f(): pass", "a.py:1", "MIT", "f")
TALK = ConversationRecord("c1", "r1", "s1", "running", started_at="2026-01-01")
ROUND = ExecutionRecord(
    1,
    "j1",
    "x = 1",
    "assert x",
    ("six",),
    "ok",
    0,
    "out",
    "err",
    False,
    True,
    1,
    0.1,
    0.2,
    3,
    "log",
    ("six==1",),
    "",
    "d",
    "i",
)
REQUEST = RequestRecord("h1", "c1", "questioner/ask", "m", {"model": "m"}, "Hello", "m-2", "stop", 1, 2, 0.5)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


@pytest.fixture
def filled(path):
    """A database with one conversation."""

    async def fill(store):
        await store.add_run(RUN)
        await store.add_seeds([SEED])
        await store.start_conversation(TALK)
        for position, (role, text) in enumerate(
            [("user", "Sort a list"), ("assistant", "sorted()"), ("interpreter", "fine")]
        ):
            await store.add_message("c1", MessageRecord(position, role, text, train=False))
        await store.add_execution("c1", ROUND)
        await store.add_request(REQUEST)
        await store.finish_conversation(replace(TALK, status="accepted", rounds=1), train=[1])

    with Store.open(path) as store:
        asyncio.run(fill(store))
    return path


def test_what_was_written_is_read_back_as_it_was(filled):
    with Reader(filled) as reader:
        conversation = reader.conversation("c")
        assert [message.train for message in conversation.messages] == [False, True, False]
        assert reader.executions("c1") == [ROUND]
        assert reader.execution_for("j1") == ROUND
        assert reader.reply_for("h1") == REQUEST
        assert reader.reply_for("h2") is None
        assert reader.seed("s1") == SEED
        assert reader.runs() == [RUN]
        assert reader.finished_seeds("r1") == {"s1"}
        assert reader.counts("r1").verdicts == {"ok": 1}


def test_starting_anew_drops_what_was_said_but_not_what_was_paid_for(filled):
    with Store.open(filled) as store:
        asyncio.run(store.start_conversation(TALK))
    with Reader(filled) as reader:
        assert reader.conversation("c1").messages == ()
        assert reader.executions("c1") == []
        assert reader.reply_for("h1") == REQUEST


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(), 1),
        (Filters(status="accepted"), 1),
        (Filters(status="failed"), 0),
        (Filters(verdict="ok"), 1),
        (Filters(verdict="oom"), 0),
        (Filters(run="r"), 1),
        (Filters(run="x"), 0),
        (Filters(min_rounds=2), 0),
        (Filters(text="sort list"), 1),
        (Filters(text="sort nothing"), 0),
        (Filters(text='" OR 1=1 --'), 0),
        (Filters(text="NEAR( * ^"), 0),
        (Filters(run="%"), 0),
    ],
)
def test_filters_find_what_they_say(filled, filters, count):
    with Reader(filled) as reader:
        assert len(reader.conversations(filters)) == count


def test_an_id_that_is_missing_or_ambiguous_is_a_usage_error(filled):
    with Store.open(filled) as store:
        asyncio.run(store.add_seeds([replace(SEED, id="s2")]))
        asyncio.run(store.start_conversation(replace(TALK, id="c2", seed_id="s2")))
    with Reader(filled) as reader:
        with pytest.raises(UsageError, match="no conversation begins with 'z'"):
            reader.conversation("z")
        with pytest.raises(UsageError, match="c1, c2"):
            reader.conversation("c")


def test_tables_are_strict_and_statuses_checked(filled):
    with sqlite3.connect(filled) as db:
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("update conversations set status = 'great'")
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("update conversations set rounds = 'many'")
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("update messages set role = 'robot'")
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
    db.close()


def test_equal_texts_are_kept_once(filled):
    with Store.open(filled) as store:
        asyncio.run(store.add_execution("c1", replace(ROUND, round=2)))
    with sqlite3.connect(filled) as db:
        assert db.execute("select count(*) from blobs where text = 'out'").fetchone() == (1,)
        assert db.execute("select stdout from executions_text").fetchall() == [("out",), ("out",)]
    db.close()


def test_a_database_from_a_newer_aiev_is_refused_in_one_line(filled):
    with sqlite3.connect(filled) as db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('aiev', 'm999_future', 'x')"
        )
    db.close()
    with pytest.raises(StoreError, match=r"newer aiev.*m999_future.*upgrade") as caught:
        Store.open(filled)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(path):
    path.write_bytes(b"hello " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(path)
    with pytest.raises(StoreError, match="not a database"):
        Reader(path)


def test_a_missing_folder_or_file_is_one_line(tmp_path):
    with pytest.raises(StoreError, match="there is no folder"):
        Store.open(tmp_path / "no" / "t.db")
    with pytest.raises(StoreError, match="no database"):
        Reader(tmp_path / "t.db")


def test_an_error_of_one_write_reaches_its_caller_and_spares_the_others(path):
    async def write(store):
        await store.add_run(RUN)
        await store.add_seeds([SEED])
        bad = replace(TALK, id="c9", seed_id="nothing")
        return await asyncio.gather(
            store.start_conversation(bad), store.start_conversation(TALK), return_exceptions=True
        )

    with Store.open(path) as store:
        wrong, right = asyncio.run(write(store))
    assert isinstance(wrong, StoreError)
    assert right is None


def test_writing_after_close_is_an_error(path):
    store = Store.open(path)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        asyncio.run(store.add_run(RUN))


def test_a_reader_does_not_block_the_writer(filled):
    with Reader(filled) as reader, Store.open(filled) as store:
        reader.conversations(Filters())
        asyncio.run(store.add_seeds([replace(SEED, id=f"s{n}") for n in range(100)]))
        assert reader.seed("s99").id == "s99"


def test_hostile_text_is_stored_as_text(path):
    text = "'; drop table runs; -- \x1b[31m \ud800 \x00 <script>"

    async def write(store):
        await store.add_run(RUN)
        await store.add_seeds([SEED])
        await store.start_conversation(TALK)
        await store.add_message("c1", MessageRecord(0, "user", text, train=False))

    with Store.open(path) as store:
        asyncio.run(write(store))
    with Reader(path) as reader:
        assert reader.conversation("c1").messages[0].content == text.replace("\ud800", "?")


CHILD = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from aiev.store.records import RequestRecord
from aiev.store.writer import Store
async def main():
    store = Store.open(Path("t.db"))
    n = 0
    while True:
        await store.add_request(RequestRecord(str(n), "c", "p", "m", {}, "x" * 1000, "m", "stop", 1, 1, 0.1))
        print(n, flush=True)
        n += 1
asyncio.run(main())
"""


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path):
    with subprocess.Popen([sys.executable, "-c", CHILD], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as child:
        acknowledged = [child.stdout.readline() for _ in range(300)]
        os.kill(child.pid, signal.SIGKILL)
        acknowledged += child.stdout.readlines()
    last = int(acknowledged[-1])
    with Store.open(tmp_path / "t.db"), Reader(tmp_path / "t.db") as reader:
        assert all(reader.reply_for(str(n)) for n in range(last + 1))


def test_sqlite_utils_makes_sense_of_the_file(filled):
    done = subprocess.run(
        [sys.executable, "-m", "sqlite_utils", "rows", str(filled), "dialogues"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"status": "accepted"' in done.stdout
