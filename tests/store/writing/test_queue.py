import asyncio
import threading
from pathlib import Path

import pytest

from aiev.errors import StoreError
from aiev.store.writing.queue import CommandQueue

nothing = ()
"""A command."""


@pytest.fixture
def queue():
    return CommandQueue(Path("t.db"), 4)


def take(queue, most=100):
    return queue.take(most)


async def told(*futures):
    """What each was told by now: nothing yet (None), no error (""), or an error."""
    await asyncio.sleep(0.01)
    return [str(future.exception() or "") if future.done() else None for future in futures]


def own():
    return asyncio.get_running_loop().create_future()


async def test_commands_are_taken_in_their_order_and_not_more_than_wanted(queue):
    commands = [((f"sql {n}", []),) for n in range(4)]
    assert [queue.offer(command) for command in commands] == [None] * 4
    assert take(queue, 3) + take(queue, 3) == commands
    assert queue.queued == 4


async def test_a_taker_waits_for_the_first_command(queue):
    taken = asyncio.ensure_future(asyncio.to_thread(take, queue))
    assert await told(taken) == [None]
    queue.offer(nothing)
    assert await asyncio.wait_for(taken, 5) == [nothing]


async def test_who_waits_for_a_number_is_told_as_soon_as_it_has_ended(queue):
    for _ in range(3):
        queue.offer(nothing)
    second, third = queue.ending(2), queue.ending(3)
    take(queue)
    queue.end([""])
    assert await told(second, third) == [None, None]
    queue.end([""])
    assert await told(second, third) == ["", None]
    queue.end([""])
    assert await told(second, third) == ["", ""]


async def test_nobody_waits_for_what_has_ended_or_was_never_queued(queue):
    assert queue.ending(7) is None
    queue.offer(nothing)
    beyond = queue.ending(7)
    take(queue)
    queue.end([""])
    assert await told(beyond) == [""]
    assert queue.ending(1) is None


async def test_an_error_goes_to_the_caller_of_its_command_alone(queue):
    first, second = own(), own()
    queue.offer(nothing, first)
    queue.offer(nothing, second)
    settling = queue.ending(2)
    take(queue)
    queue.end(["broken"])
    queue.end([""])
    assert await told(first, second, settling) == ["broken", "", ""]
    assert queue.late == ""


async def test_an_error_that_has_no_caller_is_kept_and_the_first_one_stays(queue):
    waited = own()
    queue.offer(nothing, waited)
    queue.offer(nothing)
    take(queue)
    queue.end(["first", "first"])
    assert queue.late == "first"
    assert await told(waited) == ["first"]
    queue.offer(nothing)
    take(queue)
    queue.end(["second"])
    assert queue.late == "first"


async def test_the_error_of_a_caller_that_has_gone_is_nobody_elses(queue):
    gone, later = own(), own()
    queue.offer(nothing, gone)
    queue.offer(nothing, later)
    gone.cancel()
    take(queue)
    queue.end(["broken"])
    queue.end([""])
    assert await asyncio.wait_for(later, 5) is None
    assert queue.late == ""


async def test_who_waits_for_room_is_woken_when_commands_are_taken(queue):
    for _ in range(4):
        queue.offer(nothing)
    rooms = [queue.offer(nothing) for _ in range(5)]
    assert queue.queued == len(queue) == 4
    take(queue, 2)
    assert await told(*rooms) == [""] * 5


async def test_a_closed_queue_takes_nothing_and_gives_what_it_has(queue):
    done = own()
    queue.offer(nothing, done)
    queue.close()
    queue.close()
    with pytest.raises(StoreError, match=r"the store t\.db is closed"):
        queue.offer(nothing)
    ending = queue.ending(1)
    assert take(queue) == [nothing]
    queue.end([""])
    assert await told(done, ending) == ["", ""]
    assert take(queue) == []


async def test_a_taker_that_waits_is_woken_by_the_closing(queue):
    taken = asyncio.ensure_future(asyncio.to_thread(take, queue))
    await asyncio.sleep(0.02)
    queue.close()
    assert await asyncio.wait_for(taken, 5) == []


def test_callers_of_several_event_loops_are_told_and_a_closed_one_disturbs_nobody(queue):
    async def wait():
        done = own()
        assert queue.offer(nothing, done) is None
        offered.wait(5)
        await asyncio.wait_for(done, 5)
        answered.append(done.result())

    async def leave():
        queue.offer(nothing, own())

    offered, answered = threading.Barrier(3), []
    asyncio.run(leave())
    threads = [threading.Thread(target=asyncio.run, args=(wait(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    offered.wait(5)
    assert len(take(queue)) == 3
    queue.end([""] * 3)
    for thread in threads:
        thread.join(5)
    assert answered == [None, None]
