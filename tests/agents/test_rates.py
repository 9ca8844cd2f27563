"""Rates by a clock of the test's own, and by a real server that counts."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from agents.faulty_endpoint import GOOD, Answer, completion, error

from aiev_agents.clients import retrying
from aiev_agents.clients.concurrency import AdaptiveLimit
from aiev_agents.clients.rate_headers import Allowance, allowance, retry_after
from aiev_agents.clients.rates import Bucket, Pacer, Rates
from aiev_agents.errors import ModelUnavailable
from aiev_agents.messages import ChatRequest, Sampling

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def ask(n=0):
    return ChatRequest(model="m", turns=(("user", f"Hi {n}"),), sampling=Sampling(max_tokens=10))


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_the_wait_that_an_endpoint_asks_for_is_read_in_all_its_forms(headers, seconds):
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (("60", "59", "1s"), Allowance(60, 59, 1)),
        (("150000", "149984", "6m0s"), Allowance(150000, 149984, 360)),
        (("60", "0", "20ms"), Allowance(60, 0, 0.02)),
        (("60", "70", "12"), Allowance(60, 60, 12)),
        (("60", "1", "2026-11-21T12:00:05Z"), Allowance(60, 1, 5)),
        (("60", "1", "never"), None),
        (("0", "0", "1s"), None),
        (("60", "x", "1s"), None),
        (("60", "59", "0s"), None),
    ],
)
@pytest.mark.parametrize("names", ["x-ratelimit-{}-requests", "anthropic-ratelimit-requests-{}"])
def test_limits_are_read_from_both_families_of_headers(headers, told, names):
    sent = dict(zip((names.format(part) for part in ("limit", "remaining", "reset")), headers, strict=True))
    assert allowance(sent, "requests", NOW) == told
    assert allowance(sent, "tokens", NOW) is None


@pytest.mark.parametrize(
    ("told", "per_second"),
    [
        (Allowance(60, 30, 30), 1.0),
        (Allowance(14400, 14370, 180), 14370 / 180),
        (Allowance(60, 0, 60), 1.0),
        (Allowance(60, 59, 60), 59 / 60),
        (Allowance(10000, 100, 86400), 9900 / 86400 + (100 / 600 - 9900 / 86400)),
    ],
)
def test_the_rate_fits_a_bucket_that_refills_and_a_window(told, per_second):
    assert told.per_second == pytest.approx(per_second)


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
    model = model_at(endpoint.url, rates=Rates(requests_per_minute=1200))
    started = time.monotonic()
    await asyncio.gather(*(model.chat(ask(n)) for n in range(40)))
    assert time.monotonic() - started >= (40 - 20) / 20 * 0.95
    assert len(endpoint.bodies) == 40


async def test_tokens_are_reserved_and_settled_by_what_was_counted():
    clock = Clock()
    pacer = Pacer(Rates(tokens_per_minute=60_000), clock)
    reserved = await pacer.admit(400, 900)
    assert reserved == 1000
    pacer.settle(reserved, 100, 50)
    assert await pacer.admit(400, 900) == 150
    assert pacer._tokens.take(1) < 0.5


async def test_headers_slow_a_client_down_but_never_beyond_what_is_configured():
    pacer = Pacer(Rates(requests_per_minute=60))
    headers = {"x-ratelimit-limit-requests": "6000", "x-ratelimit-remaining-requests": "5999"}
    pacer.hear(headers | {"x-ratelimit-reset-requests": "10ms"})
    assert pacer._requests.per_second == 1
    pacer.hear(dict.fromkeys(headers, "30") | {"x-ratelimit-reset-requests": "60s"})
    assert pacer._requests.per_second == 0.5
    deaf = Pacer(Rates(from_headers=False))
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


async def test_a_wait_longer_than_the_budget_gives_up_at_once(faulty, model_at):
    endpoint = await faulty(error(429, headers={"Retry-After": "3600"}))
    with pytest.raises(ModelUnavailable, match="429"):
        await model_at(endpoint.url, retry_seconds=10).chat(ask())
    assert len(endpoint.bodies) == 1


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
    limit.under_way = 64
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
    assert limit.under_way == 0


@pytest.mark.parametrize(("answer", "shrinks"), [(error(429), True), (error(503), False), (Answer(delay=1), False)])
async def test_only_a_429_means_fewer_at_once(faulty, model_at, monkeypatch, answer, shrinks):
    monkeypatch.setattr(retrying, "_backoff", lambda _state: 0.01)
    endpoint = await faulty(*[answer] * 8, GOOD)
    model = model_at(endpoint.url, timeout_seconds=0.3, rates=Rates(in_flight=8))
    await asyncio.gather(*(model.chat(ask(n)) for n in range(8)))
    assert (model._limit.limit < 8) == shrinks


async def test_no_more_requests_than_allowed_are_under_way(faulty, model_at):
    endpoint = await faulty(Answer(delay=0.02))
    model = model_at(endpoint.url, rates=Rates(in_flight=3))
    await asyncio.gather(*(model.chat(ask(n)) for n in range(20)))
    assert endpoint.peak == 3


async def test_a_flaky_provider_that_fails_a_third_of_its_calls_answers_everybody(faulty, model_at, monkeypatch):
    monkeypatch.setattr(retrying, "_backoff", lambda _state: 0.02)
    failures = [error(429), error(500), Answer(cut="body"), Answer(cut="head"), Answer(body="{"), error(503)]
    calls = []

    def decide(_body):
        calls.append(1)
        return failures[len(calls) // 3 % len(failures)] if len(calls) % 3 == 0 else GOOD

    endpoint = await faulty(decide=decide)
    model = model_at(endpoint.url)
    replies = await asyncio.gather(*(model.chat(ask(n)) for n in range(200)))
    assert [reply.content for reply in replies] == ["Hello"] * 200
    assert sum(reply.tries for reply in replies) == len(calls) > 250


async def test_requests_under_way_when_a_key_is_refused_still_get_their_replies(faulty, model_at):
    seen = []

    def decide(body):
        seen.append(body)
        return Answer(delay=0.2, body=completion()) if len(seen) == 1 else error(401)

    endpoint = await faulty(decide=decide)
    model = model_at(endpoint.url)
    first = asyncio.ensure_future(model.chat(ask()))
    while not seen:  # noqa: ASYNC110 - the server is what is watched
        await asyncio.sleep(0.01)
    with pytest.raises(Exception, match="401"):
        await model.chat(ask(1))
    assert (await first).content == "Hello"
