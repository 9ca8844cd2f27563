import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from store.sample_records import REQUEST, RUN, SEED, TALK

from aiev.errors import StoreError
from aiev.store.records import MessageRecord
from aiev.store.writing import thread
from aiev.store.writing.bulk import Rows, Statement
from aiev.store.writing.statement_process import ProcessDiedError, RefusedError, StatementProcess
from aiev.store.writing.store import Store

INSERT = Statement(0, "insert into words values ", "(?)", "")
RENAME = Statement(1, "update words set word = word || '!' where word in (", "?", ")")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "words.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table words (word text not null unique)")
    return path


@pytest.fixture
def process(file):
    made = StatementProcess(file, 1.0, full_sync=False)
    yield made
    made.close()


def says(*words):
    """A command of one owner for each word."""
    return [Rows(f"owner of {word}", ((INSERT, (word,)),)) for word in words]


def words(file):
    with closing(sqlite3.connect(file)) as connection:
        return [word for (word,) in connection.execute("select word from words order by rowid")]


def test_commands_are_committed_when_it_answers(process, file):
    process.run(says("a", "b"))
    assert words(file) == ["a", "b"]


@pytest.mark.parametrize("commands", [[], [Rows("a", ())]], ids=["no command", "a command without rows"])
def test_nothing_is_nothing_to_it(process, file, commands):
    process.run(commands)
    process.run(says("a"))
    assert words(file) == ["a"]


def test_what_one_owner_wrote_is_written_in_its_order(process, file):
    first, again = Rows("a", ((INSERT, ("a",)),)), Rows("a", ((INSERT, ("a",)),))
    process.run([first, Rows("a", ((RENAME, ("a",)),)), again, *says("b")])
    assert sorted(words(file)) == ["a", "a!", "b"]


def test_it_knows_the_statements_of_every_message(process, file):
    process.run(says("a"))
    process.run([Rows("a", ((RENAME, ("a",)),))])
    process.run(says("b"))
    assert words(file) == ["a!", "b"]


def test_a_refused_statement_takes_its_whole_transaction_with_it(process, file):
    with pytest.raises(RefusedError, match="UNIQUE") as caught:
        process.run(says("a", "a"))
    assert not caught.value.lasting
    process.run(says("b"))
    assert words(file) == ["b"]


def test_a_file_that_another_process_holds_is_a_lasting_error(file):
    process = StatementProcess(file, 0.05, full_sync=False)
    with closing(sqlite3.connect(file)) as other:
        other.execute("begin immediate")
        with pytest.raises(RefusedError, match="locked") as caught:
            process.run(says("a"))
    process.close()
    assert caught.value.lasting


def test_a_lone_surrogate_becomes_a_question_mark(process, file):
    process.run(says("a\ud800 \N{SNOWMAN}"))
    assert words(file) == ["a? \N{SNOWMAN}"]


@pytest.mark.parametrize("value", [object(), Path("a")])
def test_what_cannot_be_handed_over_is_refused_before_anything_is_sent(process, file, value):
    with pytest.raises(ValueError, match="unmarshallable"):
        process.run([Rows("a", ((INSERT, (value,)),))])
    process.run(says("b"))
    assert words(file) == ["b"]


def test_its_death_is_noticed(process):
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    with pytest.raises(ProcessDiedError):
        process.run(says("a"))


def test_it_sees_nothing_of_the_environment(process, monkeypatch):
    del process  # one that was started before the key was set
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    other = StatementProcess(Path("nothing.db"), 1.0, full_sync=False)
    environment = Path(f"/proc/{other._process.pid}/environ").read_bytes()
    other.close()
    assert b"sk-secret" not in environment


def test_it_ends_with_the_process_that_started_it_and_keeps_what_it_was_given(file):
    code = f"""
        import os, signal, sys
        from pathlib import Path
        from aiev.store.writing.bulk import Rows, Statement
        from aiev.store.writing.statement_process import StatementProcess, _packed, _send
        insert = {INSERT!r}
        process = StatementProcess(Path({str(file)!r}), 1.0, full_sync=False)
        process.run([Rows("", ((insert, ("a",)),))])
        _send(process._process.stdin, _packed([Rows("", ((insert, ("b",)),))]))
        print(process._process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            break
        time.sleep(0.05)
    else:
        pytest.fail("it still runs")
    assert words(file) == ["a", "b"]


async def talk(store, number):
    """One conversation whose writes are only queued."""
    conversation = replace(TALK, id=f"c{number}", seed_id=f"s{number}")
    await store.start_conversation(conversation, wait=False)
    await store.add_message(conversation.id, MessageRecord(0, "user", f"Add {number}", train=False))
    await store.add_request(replace(REQUEST, hash=f"h{number}", conversation_id=conversation.id), wait=False)
    await store.settle(store.position)


def counts(path):
    with closing(sqlite3.connect(path)) as db:
        tables = ("conversations", "messages", "requests")
        return [db.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]  # noqa: S608


async def many(store, count):
    await store.add_run(RUN)
    await store.add_seeds([replace(SEED, id=f"s{number}") for number in range(count)])
    return await asyncio.gather(*(talk(store, number) for number in range(count)), return_exceptions=True)


async def test_a_busy_store_hands_its_rows_to_the_process(path):
    with Store.open(path) as store:
        assert set(await many(store, 100)) == {None}
        assert store._thread._process is not None
        child = store._thread._process._process
    assert child.returncode is not None
    assert counts(path) == [100, 100, 100]


async def test_the_process_finds_the_file_wherever_its_starter_went_meanwhile(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with Store.open(Path("t.db")) as store:
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert set(await many(store, 50)) == {None}
        assert store._thread._process is not None
    assert counts(tmp_path / "t.db") == [50, 50, 50]


async def test_a_store_goes_on_without_its_process(path):
    with Store.open(path) as store:
        await many(store, 20)
        os.kill(store._thread._process._process.pid, signal.SIGKILL)
        assert set(await many(store, 100)) == {None}
        assert store._thread._process is None
    assert counts(path) == [100, 100, 100]


async def test_a_process_that_cannot_start_is_done_without(path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Store.open(path) as store:
        assert set(await many(store, 50)) == {None}
    assert counts(path) == [50, 50, 50]


async def test_a_row_that_is_refused_fails_alone_and_is_heard_of(path):
    with Store.open(path) as store:
        await many(store, 20)
        bad = replace(TALK, id="bad", seed_id="nothing")
        writes = [store.start_conversation(replace(TALK, id=f"c{n}", seed_id=f"s{n}")) for n in range(20)]
        *good, failed = await asyncio.gather(*writes, store.start_conversation(bad), return_exceptions=True)
    assert good == [None] * 20
    assert isinstance(failed, StoreError)
    assert "FOREIGN KEY" in str(failed)


async def test_a_write_that_nobody_waited_for_and_that_failed_is_heard_of_when_it_settles(path):
    with Store.open(path) as store:
        await store.start_conversation(replace(TALK, seed_id="nothing"), wait=False)
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            await store.settle(store.position)


async def test_of_many_rows_that_wait_each_refused_one_is_told_to_its_own_caller_alone(path):
    seeds = ["nothing" if number % 13 == 5 else f"t{number}" for number in range(40)]
    with Store.open(path) as store:
        await many(store, 20)
        await store.add_seeds([replace(SEED, id=f"t{number}") for number in range(40)])
        talks = [replace(TALK, id=f"again {number}", seed_id=seed) for number, seed in enumerate(seeds)]
        writes = [asyncio.create_task(store.start_conversation(talk)) for talk in talks]
        await asyncio.sleep(0)
        await store.settle(store.position)
        found = await asyncio.gather(*writes, return_exceptions=True)
    assert [error is not None and "FOREIGN KEY" in str(error) for error in found] == [s == "nothing" for s in seeds]
    assert counts(path)[0] == 20 + 37


async def test_a_command_that_is_no_row_runs_in_its_place_between_those_of_the_process(path):
    def counted(db):
        seen.append(db.conn.execute("select count(*) from conversations").fetchone()[0])

    seen = []
    with Store.open(path) as store:
        await many(store, 20)
        await store.add_seeds([replace(SEED, id=f"t{number}") for number in range(60)])
        for number in range(60):
            if number in {20, 40}:
                await store._thread.post(counted)
            await store.start_conversation(replace(TALK, id=f"again {number}", seed_id=f"t{number}"), wait=False)
        await store.settle(store.position)
    assert seen == [20 + 20, 20 + 40]


async def test_settled_writes_are_not_waited_for_again(path):
    with Store.open(path) as store:
        await store.add_run(RUN)
        before = store.position
        await store.settle(before)
        assert store.position == before


async def test_a_caller_that_gives_up_waiting_for_room_stops_nobody_else(path, monkeypatch):
    monkeypatch.setattr(thread, "GROUP", 2)
    with Store.open(path, waiting=2) as store:
        held = asyncio.create_task(store._thread.submit(lambda _: time.sleep(0.2)))
        await asyncio.sleep(0.05)
        writes = [asyncio.create_task(store.add_seeds([replace(SEED, id=f"s{n}")])) for n in range(30)]
        await asyncio.sleep(0.05)
        for write in writes[5:15]:
            write.cancel()
        await asyncio.wait_for(asyncio.gather(held, *writes[:5], *writes[15:]), 10)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select count(*) from seeds").fetchone()[0] == 20
