"""How a start of a run began and ended, as a row."""

import asyncio

import pytest
from store.sample_records import RUN

from aiev.errors import SetupError
from aiev.run.progress import Progress
from aiev.run.start import recorded_start
from aiev.store.reading.runs import RunReader
from aiev.store.writing.store import Store


@pytest.fixture
async def store(tmp_path):
    with Store.open(tmp_path / "s.db") as opened:
        await opened.add_run(RUN)
        yield opened


def only_start(store):
    with RunReader.open(store.path) as reader:
        (start,) = reader.starts(RUN.id)
    return start


async def test_a_start_is_running_until_it_ends(store):
    async with recorded_start(store, RUN.id, Progress(total=1)):
        assert only_start(store).outcome == "running"
    start = only_start(store)
    assert (start.outcome, start.reason, bool(start.ended_at)) == ("done", "", True)


async def test_a_limit_is_named(store):
    progress = Progress(total=1)
    async with recorded_start(store, RUN.id, progress):
        progress.stopped = "--max-accepted 1 is reached"
    assert (only_start(store).outcome, only_start(store).reason) == ("limit", "--max-accepted 1 is reached")


async def test_a_drained_start_was_interrupted(store):
    progress = Progress(total=1)
    async with recorded_start(store, RUN.id, progress):
        progress.draining = True
    assert only_start(store).outcome == "interrupted"


async def test_an_error_is_the_reason(store):
    with pytest.raises(SetupError):
        async with recorded_start(store, RUN.id, Progress(total=1)):
            raise SetupError("the key was refused")
    assert (only_start(store).outcome, only_start(store).reason) == ("failed", "the key was refused")


async def test_a_start_that_is_cancelled_was_stopped_at_once(store):
    async def start():
        async with recorded_start(store, RUN.id, Progress(total=1)):
            await asyncio.sleep(60)

    task = asyncio.ensure_future(start())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (only_start(store).outcome, only_start(store).reason) == ("interrupted", "stopped at once")
