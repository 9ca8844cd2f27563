"""A file that is lost while it is written: noticed at once, and nothing that was told or waits is lost."""

import asyncio
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from store.sample_records import SEED

from aiev.errors import StoreError
from aiev.store.reading.runs import RunReader
from aiev.store.writing import connection
from aiev.store.writing.store import Store

MANY = 300


def move(path):
    path.rename(path.with_name("elsewhere.db"))


def delete_all(path):
    for found in path.parent.glob("t.db*"):
        found.unlink()


def replace_by_another(path):
    with closing(sqlite3.connect(path.with_name("other.db"))) as other:
        other.execute("create table mine (x)")
    path.with_name("other.db").replace(path)


def replace_by_a_copy_of_itself(path):
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


def move_its_folder(path):
    path.parent.rename(path.parent.with_name("moved"))


LOSSES = {
    "deleted": (lambda path: path.unlink(), "deleted or renamed"),
    "deleted with its log": (delete_all, "deleted or renamed"),
    "renamed": (move, "deleted or renamed"),
    "replaced": (replace_by_another, "replaced by another file"),
    "restored": (replace_by_a_copy_of_itself, "replaced by another file"),
    "in a folder that was renamed": (move_its_folder, "deleted or renamed"),
}


@pytest.fixture
def path(tmp_path, monkeypatch):
    (tmp_path / "runs").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "runs" / "t.db"


def seed(number, size=10):
    return replace(SEED, id=f"s{number}", content="x" * size)


def seeds(path):
    with closing(sqlite3.connect(path)) as db:
        return {name for (name,) in db.execute("select id from seeds")}


def rescued(message):
    assert "\n" not in message
    return Path(message.partition(" is in ")[2].partition(",")[0])


async def broken(store):
    """Wait until the store says why it is lost, without writing to it."""
    deadline = time.monotonic() + 5
    while not store.broken:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return store.broken


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_lost_file_is_noticed_without_a_write_and_the_rescue_file_has_everything(path, loss):
    lose, words = LOSSES[loss]
    with Store.open(path) as store:
        await asyncio.gather(*(store.add_seeds([seed(n, 20_000)]) for n in range(MANY)))
        lose(path)
        message = await broken(store)
        assert words in message
        with pytest.raises(StoreError) as caught:
            await store.add_seeds([seed("late")])
        assert str(caught.value) == message
    rescue = rescued(message)
    assert f"--db {rescue}" in message
    with Store.open(rescue) as store:
        await store.add_seeds([seed("next")])
    assert seeds(rescue) == {*(f"s{n}" for n in range(MANY)), "snext"}
    assert [found.name for found in rescue.parent.iterdir() if ".part" in found.name] == []


async def test_what_waited_is_in_the_rescue_file_too(path):
    with Store.open(path) as store:
        await store.add_seeds([seed("first")])
        path.unlink()
        found = await asyncio.gather(*(store.add_seeds([seed(n)]) for n in range(20)), return_exceptions=True)
        assert all(isinstance(error, StoreError) for error in found)
        assert seeds(rescued(store.broken)) == {"sfirst", *(f"s{n}" for n in range(20))}


async def test_a_renamed_file_is_whole_and_its_log_touches_nothing_that_comes_to_the_path(path):
    with Store.open(path) as store:
        await store.add_seeds([seed(1)])
        move(path)
        await broken(store)
        assert path.with_name("t.db-wal").stat().st_size == 0
        shutil.copy(path.with_name("elsewhere.db"), path.with_name("whole.db"))
    assert seeds(path.with_name("whole.db")) == {"s1"}


@pytest.mark.parametrize("text", [b"", b"SQLite format 3\x00", b"not a database" * 1000])
async def test_a_file_that_was_written_over_is_no_rescue_but_what_waited_is(path, text):
    with Store.open(path) as store:
        await asyncio.gather(*(store.add_seeds([seed(n, 50_000)]) for n in range(MANY)))
        path.write_bytes(text)
        with pytest.raises(StoreError, match="written over by another program"):
            await store.add_seeds([seed("waits")])
        rescue = rescued(store.broken)
    assert "swaits" in seeds(rescue)
    with RunReader.open(rescue) as reader:
        assert reader.runs() == []


@contextmanager
def small_disk(folder):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


async def test_on_a_full_disk_the_rescue_file_is_made_elsewhere(path):
    with small_disk(path.parent), Store.open(path) as store:
        await store.add_seeds([seed("first")])
        with pytest.raises(StoreError, match="full"):
            await store.add_seeds([seed("big", 4_000_000)])
        rescue = rescued(store.broken)
        assert rescue.parent == Path(tempfile.gettempdir())
        assert seeds(rescue) == {"sfirst", "sbig"}


async def test_of_a_file_that_became_read_only_too(path, monkeypatch):
    connections, open_database = [], connection.open_database
    monkeypatch.setattr(connection, "open_database", lambda *args, **options: keep(open_database(*args, **options)))

    def keep(db):
        connections.append(db)
        return db

    with Store.open(path) as store:
        await store.add_seeds([seed("first")])
        connections[0].conn.execute("pragma query_only = on")
        with pytest.raises(StoreError, match="readonly"):
            await store.add_seeds([seed("later")])
        assert seeds(rescued(store.broken)) == {"sfirst", "slater"}


async def test_no_place_for_a_rescue_file_is_said(path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with Store.open(path) as store:
        shutil.rmtree(path.parent)
        assert "no rescue file could be written" in await broken(store)


async def test_two_losses_of_one_process_have_two_rescue_files(path):
    messages = []
    for _ in range(2):
        with Store.open(path) as store:
            path.unlink()
            messages.append(await broken(store))
    assert len(set(map(rescued, messages))) == 2
