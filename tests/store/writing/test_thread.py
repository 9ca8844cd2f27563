import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from store.sample_records import REQUEST, RUN, SEED, TALK

from aiev.errors import StoreError
from aiev.store.reading.journal import JournalReader
from aiev.store.records import MessageRecord
from aiev.store.writing import connection, thread
from aiev.store.writing.store import Store

SLOW = (
    "delete from seeds where id ="
    " (with recursive n(x) as (select 1 union all select x + 1 from n limit 1000000) select max(x) from n)"
)


@pytest.fixture
def opened(monkeypatch):
    """The writing connections, in the order in which they were opened."""
    connections, open_database = [], connection.open_database

    def kept(*args, **options):
        connections.append(open_database(*args, **options))
        return connections[-1]

    monkeypatch.setattr(connection, "open_database", kept)
    return connections


@pytest.fixture
def store(path, opened):
    with Store.open(path) as store:
        yield store


async def many(store, count, first=0):
    return await asyncio.gather(
        *(store.add_seeds([replace(SEED, id=f"s{n}")]) for n in range(first, first + count)), return_exceptions=True
    )


def seeds(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("select count(*) from seeds").fetchone()[0]


async def test_writes_that_wait_are_committed_together(store, path, opened):
    statements = []
    opened[0].conn.set_trace_callback(statements.append)
    held = asyncio.create_task(store._thread.submit(((SLOW, [()]),)))
    await asyncio.sleep(0.02)
    await many(store, 100)
    await held
    opened[0].conn.set_trace_callback(None)
    assert statements.count("commit") <= 4
    assert seeds(path) == 100


async def test_a_write_is_committed_when_it_returns(store, path):
    await store.add_seeds([SEED])
    assert seeds(path) == 1


async def test_a_cancelled_caller_stops_neither_its_own_write_nor_the_next(store, path):
    held = asyncio.create_task(store._thread.submit(((SLOW, [()]),)))
    await asyncio.sleep(0.02)
    cancelled = asyncio.create_task(store.add_seeds([SEED]))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    await held
    await asyncio.wait_for(store.add_seeds([replace(SEED, id="s2")]), 5)
    assert seeds(path) == 2


@pytest.mark.parametrize("tokens", [2**70, "many", None, object()])
async def test_a_value_that_no_column_can_hold_fails_alone(store, path, tokens):
    await store.add_run(RUN)
    bad, *good = await asyncio.wait_for(
        asyncio.gather(
            store.add_request(replace(REQUEST, completion_tokens=tokens)),
            store.add_request(replace(REQUEST, hash="h2")),
            store.add_seeds([SEED]),
            return_exceptions=True,
        ),
        5,
    )
    assert isinstance(bad, StoreError)
    assert good == [None, None]
    assert seeds(path) == 1


async def test_an_unknown_seed_is_refused_and_spares_the_others(store):
    await store.add_run(RUN)
    bad, good = await asyncio.gather(
        store.start_conversation(replace(TALK, seed_id="nothing")), store.add_seeds([SEED]), return_exceptions=True
    )
    assert "FOREIGN KEY" in str(bad)
    assert good is None


async def test_after_a_full_disk_every_write_fails_in_one_line(store, path, opened):
    await many(store, 10)
    opened[0].conn.execute("pragma max_page_count = 1").fetchall()
    big = replace(SEED, id="big", content="x" * 1_000_000)
    with pytest.raises(StoreError, match=r"cannot write to .*full.*run the same command again") as caught:
        await store.add_seeds([big])
    assert "\n" not in str(caught.value)
    later = await many(store, 3, first=10)
    assert [str(error) for error in later] == [str(caught.value)] * 3
    assert seeds(path) == 10


async def test_a_file_that_stays_locked_is_an_error_and_no_hang(path, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with Store.open(path) as store, closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        errors = await many(store, 50)
        assert all("locked" in str(error) for error in errors)


async def test_a_short_lock_is_waited_for(store, path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        write = asyncio.create_task(store.add_seeds([SEED]))
        await asyncio.sleep(0.1)
        assert not write.done()
        other.rollback()
        await write


async def test_the_queue_is_bounded_and_nothing_is_lost(store, path, monkeypatch):
    monkeypatch.setattr(store._thread._queue, "_size", 4)
    held = asyncio.create_task(store._thread.submit(((SLOW, [()]),)))
    await asyncio.sleep(0.05)
    writes = asyncio.create_task(many(store, 50))
    await asyncio.sleep(0.05)
    assert len(store._thread._queue) == 4
    await writes
    await held
    assert seeds(path) == 50


async def test_closing_writes_what_is_queued_and_refuses_what_comes_later(path):
    store = Store.open(path)
    held = asyncio.create_task(store._thread.submit(((SLOW, [()]),)))
    await asyncio.sleep(0.02)
    queued = asyncio.create_task(many(store, 20))
    await asyncio.sleep(0.02)
    store.close()
    store.close()
    assert await queued == [None] * 20
    await held
    assert seeds(path) == 20
    with pytest.raises(StoreError, match="closed"):
        await store.add_seeds([SEED])


def test_one_store_serves_several_event_loops(store, path):
    for n in range(3):
        asyncio.run(store.add_seeds([replace(SEED, id=f"s{n}")]))
    assert seeds(path) == 3


@pytest.mark.parametrize(("full_sync", "level"), [(False, 1), (True, 2)])
def test_how_safe_a_commit_is_can_be_chosen(path, opened, full_sync, level):
    with Store.open(path, full_sync=full_sync):
        assert opened[0].conn.execute("pragma synchronous").fetchone()[0] == level


async def test_a_reader_sees_a_commit_at_once(store, path):
    with JournalReader.open(path) as reader:
        assert reader.reply_for("h1") is None
        await store.add_request(REQUEST)
        assert reader.reply_for("h1") == REQUEST


async def talk(store, number):
    """One conversation whose writes are only queued."""
    conversation = replace(TALK, id=f"c{number}", seed_id=f"s{number}")
    await store.start_conversation(conversation, wait=False)
    await store.add_message(conversation.id, MessageRecord(0, "user", f"Add {number}", train=False))
    await store.add_request(replace(REQUEST, hash=f"h{number}", conversation_id=conversation.id), wait=False)
    await store.settle(store.position)


async def talks(store, count):
    await store.add_run(RUN)
    await store.add_seeds([replace(SEED, id=f"s{number}") for number in range(count)])
    return await asyncio.gather(*(talk(store, number) for number in range(count)), return_exceptions=True)


def counts(path):
    with closing(sqlite3.connect(path)) as db:
        tables = ("conversations", "messages", "requests")
        return [db.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]  # noqa: S608


async def test_many_conversations_at_once_are_all_written(store, path):
    assert set(await talks(store, 200)) == {None}
    assert counts(path) == [200, 200, 200]


async def test_a_row_that_is_refused_fails_alone_and_its_caller_is_told(store):
    await talks(store, 20)
    bad = replace(TALK, id="bad", seed_id="nothing")
    writes = [store.start_conversation(replace(TALK, id=f"c{n}", seed_id=f"s{n}")) for n in range(20)]
    *good, failed = await asyncio.gather(*writes, store.start_conversation(bad), return_exceptions=True)
    assert good == [None] * 20
    assert isinstance(failed, StoreError)
    assert "FOREIGN KEY" in str(failed)


async def test_a_write_that_failed_without_a_caller_is_an_error_when_it_settles(path):
    with Store.open(path) as store:
        await store.start_conversation(replace(TALK, seed_id="nothing"), wait=False)
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            await store.settle(store.position)


async def test_of_many_rows_that_wait_each_refused_one_is_told_to_its_own_caller_alone(store, path):
    wanted = ["nothing" if number % 13 == 5 else f"t{number}" for number in range(40)]
    await talks(store, 20)
    await store.add_seeds([replace(SEED, id=f"t{number}") for number in range(40)])
    again = [replace(TALK, id=f"again {number}", seed_id=seed) for number, seed in enumerate(wanted)]
    writes = [asyncio.create_task(store.start_conversation(one)) for one in again]
    await asyncio.sleep(0)
    await store.settle(store.position)
    found = await asyncio.gather(*writes, return_exceptions=True)
    assert [error is not None and "FOREIGN KEY" in str(error) for error in found] == [s == "nothing" for s in wanted]
    assert counts(path)[0] == 20 + 37


async def test_settled_writes_are_not_waited_for_again(store):
    await store.add_run(RUN)
    before = store.position
    await store.settle(before)
    assert store.position == before


async def test_a_caller_that_gives_up_waiting_for_room_stops_nobody_else(path, monkeypatch):
    monkeypatch.setattr(thread, "GROUP", 2)
    with Store.open(path, waiting=2) as store:
        held = asyncio.create_task(store._thread.submit(((SLOW, [()]),)))
        await asyncio.sleep(0.05)
        writes = [asyncio.create_task(store.add_seeds([replace(SEED, id=f"s{n}")])) for n in range(30)]
        await asyncio.sleep(0.05)
        for write in writes[5:15]:
            write.cancel()
        await asyncio.wait_for(asyncio.gather(held, *writes[:5], *writes[15:]), 10)
    assert 20 <= seeds(path) <= 30


async def test_a_lone_surrogate_becomes_a_question_mark(store, path):
    await store.add_seeds([replace(SEED, content="a \ud800 b")])
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select content from seeds").fetchone() == ("a ? b",)
