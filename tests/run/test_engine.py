"""The worker pool, with items that are functions."""

import asyncio
import gc
import sys

import pytest

from aiev.errors import SetupError, StoreError
from aiev.run.engine import Engine
from aiev.run.progress import Progress


async def test_items_are_pulled_one_by_one_and_all_are_worked_on():
    pulled, worked = 0, []

    def items():
        nonlocal pulled
        for number in range(20):
            pulled += 1
            yield number

    async def work(item):
        await asyncio.sleep(0.001)
        worked.append(item)
        assert pulled <= len(worked) + 3, "no more than the workers hold"

    await Engine(3, Progress(total=20)).run(items(), work)
    assert sorted(worked) == list(range(20))


async def test_the_error_that_a_person_can_act_on_goes_before_the_first():
    async def work(item):
        await asyncio.sleep(0.001 * item)
        raise (ValueError("first"), SetupError("act on this"))[item]

    with pytest.raises(SetupError, match="act on this"):
        await Engine(2, Progress(total=2)).run([0, 1], work)


async def test_what_is_under_way_may_end_after_a_failure_but_not_when_the_file_cannot_be_written():
    ended = []

    async def work(item):
        if item is None:
            await asyncio.sleep(0.05)
            ended.append("paid for")
        else:
            await asyncio.sleep(0.01)
            raise item

    with pytest.raises(SetupError):
        await Engine(2, Progress(total=2)).run([None, SetupError("gone")], work)
    assert ended == ["paid for"]
    with pytest.raises(StoreError):
        await Engine(2, Progress(total=2)).run([None, StoreError("full")], work)
    assert ended == ["paid for"]


@pytest.mark.parametrize("fails", [False, True])
async def test_the_garbage_collector_and_the_thread_switching_are_as_they_were_afterwards(fails):
    before, during = (gc.get_threshold(), sys.getswitchinterval()), []

    async def work(_item):
        during.append((gc.get_threshold(), sys.getswitchinterval()))
        if fails:
            raise SetupError("no")

    engine = Engine(1, Progress(total=1))
    if fails:
        with pytest.raises(SetupError):
            await engine.run([1], work)
    else:
        await engine.run([1], work)
    assert during == [during[0]] != [before]
    assert (gc.get_threshold(), sys.getswitchinterval()) == before
    assert gc.get_freeze_count() == 0
