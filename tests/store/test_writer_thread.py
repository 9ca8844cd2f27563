import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest
from store.sample_records import REQUEST, RUN, SEED, TALK

from aiev.errors import StoreError
from aiev.store.reading.journal import JournalReader
from aiev.store.writing import connection
from aiev.store.writing.store import Store


@pytest.fixture
def store(path):
    with Store.open(path) as opened:
        yield opened


async def many(store, count, first=0):
    return await asyncio.gather(
        *(store.add_seeds([replace(SEED, id=f"s{n}")]) for n in range(first, first + count)), return_exceptions=True
    )


def seeds(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("select count(*) from seeds").fetchone()[0]


async def test_writes_that_wait_are_committed_together(store, path):
    statements = []
    await store._thread.submit(lambda db: db.conn.set_trace_callback(statements.append))
    held = asyncio.create_task(store._thread.submit(lambda _: time.sleep(0.1)))
    await asyncio.sleep(0.02)
    statements.clear()
    await many(store, 100)
    await held
    await store._thread.submit(lambda db: db.conn.set_trace_callback(None))
    assert statements.count("COMMIT") <= 3
    assert seeds(path) == 100


async def test_a_write_is_committed_when_it_returns(store, path):
    await store.add_seeds([SEED])
    assert seeds(path) == 1


async def test_a_cancelled_caller_stops_neither_its_own_write_nor_the_next(store, path):
    held = asyncio.create_task(store._thread.submit(lambda _: time.sleep(0.1)))
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


async def test_after_a_full_disk_every_write_fails_in_one_line(store, path):
    await many(store, 10)
    await store._thread.submit(lambda db: db.conn.execute("pragma max_page_count = 1").fetchall())
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
    held = asyncio.create_task(store._thread.submit(lambda _: time.sleep(0.2)))
    await asyncio.sleep(0.05)
    writes = asyncio.create_task(many(store, 50))
    await asyncio.sleep(0.05)
    assert len(store._thread._queue) == 4
    await writes
    await held
    assert seeds(path) == 50


async def test_closing_writes_what_is_queued_and_refuses_what_comes_later(path):
    store = Store.open(path)
    held = asyncio.create_task(store._thread.submit(lambda _: time.sleep(0.1)))
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
async def test_how_safe_a_commit_is_can_be_chosen(path, full_sync, level):
    found = []
    with Store.open(path, full_sync=full_sync) as store:
        await store._thread.submit(lambda db: found.append(db.conn.execute("pragma synchronous").fetchone()[0]))
    assert found == [level]


async def test_a_reader_sees_a_commit_at_once(store, path):
    with JournalReader.open(path) as reader:
        assert reader.reply_for("h1") is None
        await store.add_request(REQUEST)
        assert reader.reply_for("h1") == REQUEST
