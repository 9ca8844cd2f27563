import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from store.sample_records import REQUEST, ROUND, RUN, SEED, TALK

from aiev.store.records import MessageRecord
from aiev.store.writing.bulk import MOST_ROWS, Rows, Statement, merged
from aiev.store.writing.store import Store

DIALOGUES = 150
SAY = Statement(1, "insert into said values ", "(?, ?)", "")
FORGET = Statement(0, "delete from said where owner in (", "?", ")")


class Connected:
    def __init__(self):
        self.conn = sqlite3.connect(":memory:")
        self.conn.execute("create table said (owner, word)")
        self.statements = []
        self.conn.set_trace_callback(self.statements.append)

    def words(self):
        return self.conn.execute("select owner, word from said order by rowid").fetchall()


@pytest.fixture
def db():
    made = Connected()
    with closing(made.conn):
        yield made


def said(owner, word):
    return Rows(owner, ((SAY, (owner, word)),))


def run(db, commands):
    for command in merged(commands):
        command(db)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, MOST_ROWS, MOST_ROWS + 1, 5 * MOST_ROWS + 31])
def test_every_row_of_a_group_is_written_once_and_in_order(db, count):
    run(db, [said("a", n) for n in range(count)])
    assert db.words() == [("a", n) for n in range(count)]


def test_rows_of_one_kind_go_in_together(db):
    run(db, [said(f"owner {n}", n) for n in range(MOST_ROWS)])
    inserted = [statement for statement in db.statements if statement.startswith("insert")]
    assert [statement.count("owner") for statement in inserted] == [MOST_ROWS]


def test_what_one_owner_wrote_is_written_in_its_order(db):
    forget = Rows("a", ((FORGET, ("a",)),))
    run(db, [said("b", 1), said("a", 1), forget, said("a", 2), said("b", 2)])
    assert sorted(db.words()) == [("a", 2), ("b", 1), ("b", 2)]


def test_another_command_runs_between_the_rows_before_it_and_those_after_it(db):
    def double(connected):
        connected.conn.execute("insert into said select owner, word || '!' from said")

    run(db, [said("a", "x"), double, said("a", "y")])
    assert db.words() == [("a", "x"), ("a", "x!"), ("a", "y")]


async def write(store, number):
    conversation = replace(TALK, id=f"c{number}", seed_id=f"s{number}")
    await store.add_seeds([replace(SEED, id=f"s{number}")])
    await store.start_conversation(conversation, wait=False)
    await store.add_request(replace(REQUEST, hash=f"h{number}", conversation_id=conversation.id))
    for position, role in enumerate(("user", "assistant", "interpreter")):
        await store.add_message(conversation.id, MessageRecord(position, role, f"{role} {number}", train=False))
    for round_number in (1, 2):
        record = replace(ROUND, round=round_number, program=f"x = {number}", requirements=("six", f"p{number}"))
        await store.add_execution(conversation.id, record)
    await store.finish_conversation(replace(conversation, status="accepted", rounds=1), train=[1], wait=False)


def rows(path):
    tables = ("conversations", "messages", "requests", "blobs", "executions", "packages", "messages_fts")
    with closing(sqlite3.connect(path)) as db:
        found = {table: db.execute(f"select * from {table}").fetchall() for table in tables}  # noqa: S608
        assert db.execute("pragma foreign_key_check").fetchall() == []
    found["messages"] = [row[1:] for row in found["messages"]]  # without its number, which is the order of writing
    return {table: sorted(entries) for table, entries in found.items()}


@pytest.mark.parametrize("again", [False, True], ids=["once", "begun anew"])
def test_many_dialogues_at_once_are_stored_as_if_one_by_one(tmp_path, again):
    async def together(store):
        await store.add_run(RUN)
        await asyncio.gather(*(write(store, number) for number in range(DIALOGUES)))

    async def apart(store):
        await store.add_run(RUN)
        for number in range(DIALOGUES):
            await write(store, number)

    for name, fill in (("together", together), ("apart", apart)):
        with Store.open(tmp_path / f"{name}.db") as store:
            for _ in range(1 + again):
                asyncio.run(fill(store))
    found = rows(tmp_path / "together.db")
    assert found == rows(tmp_path / "apart.db")
    assert len(found["executions"]) == DIALOGUES  # the round beyond the last is gone
    assert len(found["packages"]) == 2 * DIALOGUES
    assert sum(row[4] for row in found["messages"]) == DIALOGUES  # trained on
