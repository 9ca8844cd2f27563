"""Few dialogues advance at once; those that wait for something outside the process hold no place."""

from __future__ import annotations

import asyncio

import pytest

from aiev.run.turns import Turns, waiting


async def test_no_more_than_the_places_advance_at_once():
    turns, now, most = Turns(2), 0, 0

    async def advance() -> None:
        nonlocal now, most
        async with turns.held():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*(advance() for _ in range(10)))
    assert most == 2


async def test_whoever_waits_outside_holds_no_place():
    turns, waiters, all_wait = Turns(1), 0, asyncio.Event()

    async def ask() -> None:
        nonlocal waiters
        async with turns.held(), turns.given_up():
            waiters += 1
            if waiters == 8:
                all_wait.set()
            await all_wait.wait()

    await asyncio.wait_for(asyncio.gather(*(ask() for _ in range(8))), 5)


async def test_the_first_to_be_answered_sends_its_next_request_before_the_last_has_begun():
    turns, order, answered = Turns(1), [], asyncio.Event()

    async def dialogue(number: int) -> None:
        async with turns.held():
            async with turns.given_up():
                await answered.wait()
            for _ in range(5):
                await asyncio.sleep(0)
                order.append(number)

    dialogues = asyncio.gather(*(dialogue(number) for number in range(3)))
    await asyncio.sleep(0.01)
    answered.set()
    await dialogues
    assert order == [0] * 5 + [1] * 5 + [2] * 5


async def test_a_place_is_there_again_after_an_error_and_after_a_cancelled_wait():
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError):
        async with turns.held(), turns.given_up():
            _ = 1 // 0

    async def ask() -> None:
        async with turns.held(), turns.given_up():
            await asyncio.Event().wait()

    task = asyncio.create_task(ask())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), turns.held():
        pass


async def test_work_without_turns_waits_as_it_is():
    async with waiting(None):
        pass
