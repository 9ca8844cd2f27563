"""How often a request is sent again, by a real server that counts."""

import asyncio

import pytest
from support.faulty_endpoint import GOOD, Answer, completion, error

from aiev_agents.clients import retrying
from aiev_agents.errors import ModelUnavailable, RequestGivenUp
from aiev_agents.messages import ChatRequest

REQUEST = ChatRequest(model="m", turns=(("user", "Hi"),))
EMPTY = Answer(body=completion(text=""))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The same back-off with shorter waits."""
    monkeypatch.setattr(retrying, "_backoff", lambda _state: 0.01)


async def test_an_endpoint_that_answers_others_gives_one_request_up_alone(faulty, model_at):
    endpoint = await faulty(decide=lambda body: error(500) if "poison" in body["messages"][0]["content"] else GOOD)
    model = model_at(endpoint.url, retry_seconds=0.2)
    poison = ChatRequest(model="m", turns=(("user", "poison"),))

    async def others():
        while True:
            await model.chat(REQUEST)

    work = asyncio.ensure_future(others())
    with pytest.raises(RequestGivenUp, match="given up after"):
        await model.chat(poison)
    assert not work.done()
    work.cancel()


async def test_an_endpoint_that_answers_nobody_is_unavailable(faulty, model_at):
    endpoint = await faulty(error(500))
    with pytest.raises(ModelUnavailable):
        await model_at(endpoint.url, retry_seconds=0.1).chat(REQUEST)
    assert len(endpoint.bodies) >= retrying.LEAST_TRIES


async def test_replies_that_cannot_be_used_are_asked_for_only_so_often(faulty, model_at):
    endpoint = await faulty(EMPTY)
    with pytest.raises(ModelUnavailable, match="without content"):
        await model_at(endpoint.url, retry_seconds=60).chat(REQUEST)
    assert len(endpoint.bodies) == retrying.UNUSABLE_TRIES


async def test_a_budget_of_nothing_tries_once(faulty, model_at):
    endpoint = await faulty(error(500))
    with pytest.raises(ModelUnavailable):
        await model_at(endpoint.url, retry_seconds=0).chat(REQUEST)
    assert len(endpoint.bodies) == 1


async def test_a_wait_longer_than_the_budget_gives_up_at_once(faulty, model_at):
    endpoint = await faulty(error(429, headers={"Retry-After": "3600"}))
    with pytest.raises(ModelUnavailable, match="429"):
        await model_at(endpoint.url, retry_seconds=10).chat(REQUEST)
    assert len(endpoint.bodies) == 1


async def test_a_flaky_provider_that_fails_a_third_of_its_calls_answers_everybody(faulty, model_at):
    failures = [error(429), error(500), Answer(cut="body"), Answer(cut="head"), Answer(body="{"), error(503)]
    calls = []

    def decide(_body):
        calls.append(1)
        return failures[len(calls) // 3 % len(failures)] if len(calls) % 3 == 0 else GOOD

    endpoint = await faulty(decide=decide)
    model = model_at(endpoint.url)
    replies = await asyncio.gather(*(model.chat(REQUEST) for _ in range(200)))
    assert [reply.content for reply in replies] == ["Hello"] * 200
    assert sum(reply.tries for reply in replies) == len(calls) > 250
