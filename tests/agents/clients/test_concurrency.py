"""How many requests are in flight, alone and against a real server."""

import asyncio

import pytest
from support.faulty_endpoint import GOOD, Answer, error

from aiev_agents.clients import retrying
from aiev_agents.clients.concurrency import AdaptiveLimit
from aiev_agents.clients.settings import RatesSettings
from aiev_agents.messages import ChatRequest


def ask(n):
    return ChatRequest(model="m", turns=(("user", f"Hi {n}"),))


async def test_a_burst_of_429_halves_the_limit_once_and_successes_raise_it_again():
    limit = AdaptiveLimit(64)
    epochs = []
    async with asyncio.TaskGroup() as group:

        async def hold():
            async with limit.slot() as epoch:
                epochs.append(epoch)
                await asyncio.sleep(0.01)

        for _ in range(64):
            group.create_task(hold())
    limit.in_flight = 64
    for epoch in epochs:
        limit.shrink(epoch)
    assert limit.limit == 32
    limit.shrink(epochs[0] + 1)
    assert limit.limit == 16
    for _ in range(100_000):
        limit.grow()
    assert limit.limit == 64


async def test_a_limit_never_falls_below_one_and_a_fixed_one_not_at_all():
    limit, fixed = AdaptiveLimit(4), AdaptiveLimit(4, adaptive=False)
    for epoch in range(10):
        limit.shrink(epoch)
        fixed.shrink(epoch)
    assert (limit.limit, fixed.limit) == (1, 4)


async def test_waiters_are_served_in_order_and_a_cancelled_one_takes_no_slot():
    limit, order = AdaptiveLimit(1), []

    async def work(name):
        async with limit.slot():
            order.append(name)
            await asyncio.sleep(0.01)

    tasks = [asyncio.create_task(work(n)) for n in range(5)]
    await asyncio.sleep(0.001)
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 1, 3, 4]
    assert limit.in_flight == 0


@pytest.mark.parametrize(("answer", "shrinks"), [(error(429), True), (error(503), False), (Answer(delay=1), False)])
async def test_only_a_429_means_fewer_at_once(faulty, model_at, monkeypatch, answer, shrinks):
    monkeypatch.setattr(retrying, "_backoff", lambda _state: 0.01)
    endpoint = await faulty(*[answer] * 8, GOOD)
    model = model_at(endpoint.url, timeout_seconds=0.3, rates=RatesSettings(in_flight=8))
    await asyncio.gather(*(model.chat(ask(n)) for n in range(8)))
    assert (model._limit.limit < 8) == shrinks


async def test_no_more_requests_than_allowed_are_under_way(faulty, model_at):
    endpoint = await faulty(Answer(delay=0.02))
    model = model_at(endpoint.url, rates=RatesSettings(in_flight=3))
    await asyncio.gather(*(model.chat(ask(n)) for n in range(20)))
    assert endpoint.peak == 3
