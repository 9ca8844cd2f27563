"""Who gets a lease, whom a refusal names, and what becomes of a process that has lost one."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aiev.errors import LeaseError, StoreError
from aiev.run import lease
from aiev.run.lease import held, leased, watched
from aiev.store.clock import now
from aiev.store.reading.runs import RunReader
from aiev.store.records import LeaseRecord, SeedRecord
from aiev.store.writing.store import Store
from aiev_interpreter.backends import owners

SEED = SeedRecord("s", "function", "python", "x", "here", None)
PLACE, _, _ = owners.this_process().rpartition("/")


def ago(seconds):
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def other(process, beat_at):
    return LeaseRecord("run r", "h2", process, "far", 7, "2026-01-02T03:04:05.678+00:00", beat_at)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "t.db") as store:
        yield store


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(lease, "LOOK_AGAIN_SECONDS", 0.3)


def holder(store):
    with RunReader.open(store.path) as reader:
        return reader.lease("run r")


async def test_a_lease_is_held_and_kept_fresh_for_as_long_as_the_body_runs(store):
    async with leased(store, "run r"):
        first = holder(store)
        assert (first.host, first.process) == (socket.gethostname(), owners.this_process())
        await asyncio.sleep(1.5)
        assert holder(store).beat_at > first.beat_at
    assert holder(store) is None


async def test_one_of_many_that_come_at_once_gets_it(store):
    async def work():
        async with held(store, "run r"):
            await asyncio.sleep(0.5)

    found = await asyncio.gather(*(work() for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(error, LeaseError) for error in found) == 7
    assert found.count(None) == 1


@pytest.mark.parametrize(
    ("process", "silent", "follows"),
    [
        (f"{PLACE}/0", 0, True),  # its process id has another process now
        (owners.this_process(), 1000, False),  # alive, however silent
        ("other boot/1/7/5", 1, False),
        ("other boot/1/7/5", 1000, True),
        ("other boot/1/7/5", -1000, True),  # its clock goes ahead, and it says nothing more
    ],
    ids=["pid reused", "alive", "another boot", "another boot, silent", "clock ahead"],
)
async def test_who_is_followed_and_who_is_named(store, process, silent, follows):
    await store.take_lease(other(process, ago(silent)))
    refusal = ""
    try:
        async with held(store, "run r"):
            assert holder(store).host == socket.gethostname()
    except LeaseError as error:
        refusal = str(error)
    assert (refusal == "") == follows
    assert follows or "process 7 on far has been at run r" in refusal


async def test_a_holder_whose_clock_is_wrong_but_who_still_speaks_is_not_followed(store):
    await store.take_lease(other("other boot/1/7/5", ago(1000)))
    asked = asyncio.ensure_future(held(store, "run r").__aenter__())
    await asyncio.sleep(0.1)
    await store._write(("update leases set beat_at = ?", [(ago(999),)]))
    with pytest.raises(LeaseError):
        await asked


async def test_who_has_lost_it_is_stopped_and_writes_nothing_more(store):
    async def work(taker):
        async with leased(store, "run r"):
            await taker.take_lease(other(PLACE, now()), holder(store).holder)
            await asyncio.sleep(10)

    with Store.open(store.path) as taker:
        with pytest.raises(StoreError, match="process 7 on far took it over") as caught:
            await work(taker)
        with pytest.raises(StoreError, match="took it over"):
            await store.add_seeds([SEED])
        assert holder(taker).host == "far"
        await taker.add_seeds([replace(SEED, id="t")])
    assert "rescue" not in str(caught.value)
    assert list(store.path.parent.glob("*rescue*")) == []


async def test_a_body_that_ends_as_the_file_is_lost_ends_with_the_loss(store):
    async def work():
        async with watched(store):
            store.path.unlink()
            while not store.broken:  # noqa: ASYNC110 - a thread says so
                await asyncio.sleep(0.05)

    with suppress(StoreError):
        await work()
    assert "deleted" in store.broken
    await asyncio.sleep(0)  # no cancellation is left over


async def test_a_cancellation_from_outside_stays_one(store):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), leased(store, "run r"):
            await asyncio.sleep(10)
    assert holder(store) is None


async def test_a_cancellation_while_a_lease_is_taken_leaves_none_behind(store, monkeypatch):
    take = store.take_lease

    async def taken_and_slow(*arguments):
        await take(*arguments)
        await asyncio.sleep(10)

    monkeypatch.setattr(store, "take_lease", taken_and_slow)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), leased(store, "run r"):
            pass
    assert holder(store) is None
