import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
from store.sample_records import REQUEST, ROUND, RUN, SEED, TALK

from aiev.errors import StoreError
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.journal import JournalReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.runs import RunReader
from aiev.store.records import MessageRecord
from aiev.store.writing.store import Store


def test_what_was_written_is_read_back_as_it_was(filled):
    with ConversationReader.open(filled) as reader:
        conversation = reader.conversation("c")
        assert [message.train for message in conversation.messages] == [False, True, False]
        assert reader.executions("c1") == [ROUND]
        assert JournalReader(reader.db).execution_for("j1") == ROUND
        assert JournalReader(reader.db).reply_for("h1") == REQUEST
        assert JournalReader(reader.db).reply_for("h2") is None
        assert reader.seed("s1") == SEED
        assert RunReader(reader.db).runs() == [RUN]
        assert RunReader(reader.db).finished_seeds("r1") == {"s1"}
        assert RunReader(reader.db).counts("r1").verdicts == {"ok": 1}


def test_starting_anew_drops_what_was_said_but_not_what_was_paid_for(filled):
    with Store.open(filled) as store:
        asyncio.run(store.start_conversation(TALK))
    with ConversationReader.open(filled) as reader:
        assert reader.conversation("c1").messages == ()
        assert JournalReader(reader.db).execution_for("j1") == ROUND
        assert JournalReader(reader.db).reply_for("h1") == REQUEST


def test_rounds_that_an_earlier_start_left_behind_go_at_the_end(filled):
    async def again(store):
        await store.add_execution("c1", replace(ROUND, round=2, job_hash="j2"))
        await store.finish_conversation(replace(TALK, status="accepted", rounds=1))

    with Store.open(filled) as store:
        asyncio.run(again(store))
    with ConversationReader.open(filled) as reader:
        assert reader.executions("c1") == [ROUND]


def test_every_write_may_be_repeated(filled):
    async def again(store):
        await store.add_run(replace(RUN, started_at="later"))
        await store.add_seeds([SEED, SEED])
        await store.add_message("c1", MessageRecord(1, "assistant", "sorted(x)", train=True))
        await store.add_execution("c1", replace(ROUND, stdout="other"))
        await store.add_request(replace(REQUEST, content="paid twice"))
        await store.finish_conversation(replace(TALK, status="accepted", rounds=1))

    for _ in range(2):
        with Store.open(filled) as store:
            asyncio.run(again(store))
    with ConversationReader.open(filled) as reader:
        assert RunReader(reader.db).runs() == [RUN]
        assert [message.content for message in reader.conversation("c1").messages] == [
            "Sort a list",
            "sorted(x)",
            "fine",
        ]
        assert [execution.stdout for execution in reader.executions("c1")] == ["other"]
        assert reader.requests("c1") == [REQUEST]


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


def test_a_missing_folder_or_file_is_one_line(tmp_path):
    with pytest.raises(StoreError, match="there is no folder"):
        Store.open(tmp_path / "no" / "t.db")
    with pytest.raises(StoreError, match="no database"):
        ReadOnly(tmp_path / "t.db")


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


READING_CHILD = """
import sys
from pathlib import Path
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.listing import Filters
from aiev.store.reading.runs import RunReader
with ConversationReader.open(Path("t.db")) as reader:
    print("reading", flush=True)
    while not Path("stop").exists():
        assert len(reader.conversations(Filters(text="sort"))) == 1
        RunReader(reader.db).counts("r1")
"""


def test_a_reader_in_another_process_disturbs_no_write(filled, tmp_path):
    with (
        subprocess.Popen(
            [sys.executable, "-c", READING_CHILD], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        ) as child,
        ConversationReader.open(filled) as reader,
        Store.open(filled) as store,
    ):
        try:
            assert child.stdout.readline() == "reading\n"
            for n in range(100):
                asyncio.run(store.add_seeds([replace(SEED, id=f"s{n}")]))
            assert reader.seed("s99").id == "s99"
        finally:
            (tmp_path / "stop").touch()
    assert child.returncode == 0


def test_hostile_text_is_stored_as_text(path):
    text = "'; drop table runs; -- \x1b[31m \ud800 \x00 <script>"

    async def write(store):
        await store.add_run(RUN)
        await store.add_seeds([SEED])
        await store.start_conversation(TALK)
        await store.add_message("c1", MessageRecord(0, "user", text, train=False))

    with Store.open(path) as store:
        asyncio.run(write(store))
    with ConversationReader.open(path) as reader:
        assert reader.conversation("c1").messages[0].content == text.replace("\ud800", "?")


CHILD = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from aiev.store.records import RequestRecord
from aiev.store.writing.store import Store
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
    with Store.open(tmp_path / "t.db"), JournalReader.open(tmp_path / "t.db") as reader:
        assert all(reader.reply_for(str(n)) for n in range(last + 1))


def test_sqlite_utils_lists_every_table_and_checks_the_index(filled):
    done = subprocess.run(
        [sys.executable, "-m", "sqlite_utils", "tables", str(filled), "--counts"],
        capture_output=True,
        text=True,
        check=True,
    )
    counts = {row["table"]: row["count"] for row in json.loads(done.stdout)}
    tables = {
        "runs": 1,
        "seeds": 1,
        "conversations": 1,
        "messages": 3,
        "executions": 1,
        "requests": 1,
        "messages_fts": 3,
    }
    assert tables.items() <= counts.items()


def test_sqlite_utils_makes_sense_of_the_file(filled):
    done = subprocess.run(
        [sys.executable, "-m", "sqlite_utils", "rows", str(filled), "dialogues"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"status": "accepted"' in done.stdout
