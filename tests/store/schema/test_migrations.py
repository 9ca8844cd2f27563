import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from sqlite_utils import Database
from store.sample_records import RUN, SEED, TALK

from aiev.errors import StoreError
from aiev.store.reading.read_only import ReadOnly
from aiev.store.records import MessageRecord
from aiev.store.schema.migrations import migrate, migrations
from aiev.store.schema.version import STEPS
from aiev.store.writing import connection
from aiev.store.writing.store import Store


def test_the_named_steps_are_the_steps_there_are():
    with closing(sqlite3.connect(":memory:")) as db:
        assert tuple(step.name for step in migrations.pending(Database(db))) == STEPS


def test_migrating_twice_changes_nothing(path):
    with closing(sqlite3.connect(path)) as db:
        migrate(Database(db), path)
        before = db.execute("select sql from sqlite_master").fetchall()
        migrate(Database(db), path)
        assert db.execute("select sql from sqlite_master").fetchall() == before
        assert not db.in_transaction


def test_every_table_of_ours_is_strict(path):
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        tables = db.execute(
            "select name from pragma_table_list where type = 'table' and not strict"
            " and name not glob 'messages_fts*' and name not glob '_sqlite*' and name not glob 'sqlite_*'"
        ).fetchall()
    assert tables == []


def test_a_step_that_fails_leaves_nothing_behind(path, monkeypatch):
    def broken(db):
        db.execute("create table half (x)")
        db.execute("no sql at all")

    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations, migrations._Migration("m002", broken)])
    with pytest.raises(StoreError, match="syntax error"):
        Store.open(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select name from sqlite_master").fetchall() == []


@pytest.mark.parametrize("opened", [Store.open, ReadOnly])
def test_a_database_from_a_newer_aiev_is_refused_in_one_line(path, opened):
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('aiev', 'm999', 'x')")
        db.commit()
    with pytest.raises(StoreError, match=rf"{path} was written by a newer aiev .*m999.*{STEPS[-1]}.*upgrade") as caught:
        opened(path)
    assert "\n" not in str(caught.value)


def test_steps_of_another_program_are_none_of_ours(path):
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('llm', 'm999', 'x')")
        db.commit()
    Store.open(path).close()
    ReadOnly(path).close()


@pytest.mark.parametrize("opened", [Store.open, ReadOnly])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path, opened):
    path.write_bytes(b"hello " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        opened(path)
    assert path.read_bytes() == b"hello " * 1000


def test_a_database_of_something_else_is_refused_and_left_alone(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table messages (x)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a database that aiev can use: table messages already exists"):
        Store.open(path)
    with pytest.raises(StoreError, match="not a database of aiev"):
        ReadOnly(path)
    assert path.read_bytes() == before


def test_a_database_that_another_process_holds_is_refused_after_the_wait(path, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path)) as db:
        db.execute("begin exclusive")
        with pytest.raises(StoreError, match=r"cannot write to .*locked"):
            Store.open(path)


def test_a_folder_cannot_be_opened(tmp_path):
    with pytest.raises(StoreError, match="unable to open"):
        Store.open(tmp_path)


@pytest.mark.parametrize("_attempt", range(5))
def test_several_may_open_a_new_file_at_once(path, _attempt):
    with ThreadPoolExecutor(6) as pool:
        for store in list(pool.map(Store.open, [path] * 6)):
            store.close()


async def test_a_message_is_found_by_the_text_that_it_has_now_whatever_else_of_it_changes(path):
    with Store.open(path) as store:
        await store.add_run(RUN)
        await store.add_seeds([SEED])
        await store.start_conversation(TALK)
        await store.add_message(TALK.id, MessageRecord(0, "user", "walrus", train=False))
        await store.add_message(TALK.id, MessageRecord(1, "assistant", "otter", train=False))
        await store.add_message(TALK.id, MessageRecord(0, "user", "heron", train=False))
        await store.finish_conversation(replace(TALK, status="accepted"), [1])
    with closing(sqlite3.connect(path)) as db:
        found = {
            word: db.execute("select rowid from messages_fts where messages_fts match ?", (word,)).fetchall()
            for word in ("walrus", "otter", "heron")
        }
        ids = dict(db.execute("select position, id from messages where train = (position = 1)"))
        db.execute("insert into messages_fts (messages_fts, rank) values ('integrity-check', 1)")
    assert found == {"walrus": [], "otter": [(ids[1],)], "heron": [(ids[0],)]}
