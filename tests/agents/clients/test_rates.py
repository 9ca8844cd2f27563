"""Rates by a clock of the test's own, and by a real server that counts."""

import asyncio
import time

import pytest
from support.faulty_endpoint import GOOD, error

from aiev_agents.clients.rates import Bucket, Pacer
from aiev_agents.clients.settings import RatesSettings
from aiev_agents.messages import ChatRequest, Sampling


def ask(n=0):
    return ChatRequest(model="m", turns=(("user", f"Hi {n}"),), sampling=Sampling(max_tokens=10))


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("per_minute", [1, 30, 60, 600])
def test_no_second_has_more_than_its_share_of_a_minute(per_minute):
    clock = Clock()
    bucket = Bucket(per_minute / 60, clock)
    ready = sorted(clock.now + bucket.take() for _ in range(per_minute * 2))
    share = max(1, per_minute / 60)
    for start in ready:
        assert sum(start <= at < start + 0.999 for at in ready) <= 2 * share
    assert ready[-1] - ready[0] == pytest.approx((2 * per_minute - share) * 60 / per_minute, rel=0.02, abs=1)


def test_a_request_larger_than_a_second_is_let_through_and_the_next_waits_for_it():
    clock = Clock()
    bucket = Bucket(100, clock)
    assert bucket.take(1000) == 0
    assert bucket.take(100) == pytest.approx(10)
    bucket.settle(-500)
    assert bucket.take(100) == pytest.approx(6)


async def test_a_bound_on_requests_a_minute_holds_against_a_real_server(faulty, model_at):
    endpoint = await faulty(GOOD)
    model = model_at(endpoint.url, rates=RatesSettings(requests_per_minute=1200))
    started = time.monotonic()
    await asyncio.gather(*(model.chat(ask(n)) for n in range(40)))
    assert time.monotonic() - started >= (40 - 20) / 20 * 0.95
    assert len(endpoint.bodies) == 40


async def test_tokens_are_reserved_and_settled_by_what_was_counted():
    clock = Clock()
    pacer = Pacer(RatesSettings(tokens_per_minute=60_000), clock)
    reserved = await pacer.admit(400, 900)
    assert reserved == 1000
    pacer.settle(reserved, 100, 50)
    assert await pacer.admit(400, 900) == 150
    assert pacer._tokens.take(1) < 0.5


async def test_headers_slow_a_client_down_but_never_beyond_what_is_configured():
    pacer = Pacer(RatesSettings(requests_per_minute=60))
    headers = {"x-ratelimit-limit-requests": "6000", "x-ratelimit-remaining-requests": "5999"}
    pacer.hear(headers | {"x-ratelimit-reset-requests": "10ms"})
    assert pacer._requests.per_second == 1
    pacer.hear(dict.fromkeys(headers, "30") | {"x-ratelimit-reset-requests": "60s"})
    assert pacer._requests.per_second == 0.5
    deaf = Pacer(RatesSettings(from_headers=False))
    deaf.hear(dict.fromkeys(headers, "30") | {"x-ratelimit-reset-requests": "60s"})
    assert deaf._requests.per_second == 0


async def test_a_429_that_says_how_long_to_wait_is_not_followed_sooner_by_anybody(faulty, model_at):
    times = []

    def decide(_body):
        times.append(time.monotonic())
        return error(429, headers={"Retry-After-Ms": "400"}) if len(times) == 1 else GOOD

    endpoint = await faulty(decide=decide)
    model = model_at(endpoint.url)
    first = asyncio.ensure_future(model.chat(ask()))
    while not times:  # noqa: ASYNC110 - the server is what is watched
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await asyncio.gather(first, *(model.chat(ask(n)) for n in range(3)))
    assert min(times[1:]) - times[0] >= 0.4
