"""A cancellation waits for work that is to be done to its end, and nothing of it is left to the loop."""

import asyncio
import gc

import pytest

from aiev.run.shielded import to_its_end


@pytest.mark.parametrize("error", [None, ValueError("the disk is full")], ids=["success", "failure"])
async def test_a_cancellation_comes_after_the_end(error):
    unheard, ended, go_on = [], [], asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))

    async def work():
        await go_on.wait()
        ended.append(True)
        if error:
            raise error

    waiting = asyncio.ensure_future(to_its_end(work()))
    await asyncio.sleep(0)
    waiting.cancel()
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    del waiting
    gc.collect()
    assert (ended, unheard) == ([True], [])


async def test_without_a_cancellation_an_error_is_raised_as_it_is():
    async def work():
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="full"):
        await to_its_end(work())
