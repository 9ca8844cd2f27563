"""A run against a real server that fails in every way: what became of each item, and that nothing was lost."""

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from aiohttp import web
from support.counting_endpoint import CountingEndpoint, completion, reply
from support.loading import load_seeds
from support.talk import judge

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.recipes.teach import Teaching
from aiev_agents.clients import retrying
from aiev_interpreter.backends.scripted import ScriptedInterpreter

ITEMS = 60


def json_error(status, message, code=None, **headers):
    return web.json_response({"error": {"message": message, "code": code}}, status=status, headers=headers)


def changed(body, **choice):
    whole = completion(reply(body))
    whole["choices"][0] |= choice
    return web.json_response(whole)


async def hang(_request, _body):
    await asyncio.sleep(3)
    return web.Response()


async def cut(request, _body):
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = 500
    await response.prepare(request)
    await response.write(b'{"id": "1", "cho')
    request.transport.close()
    return response


def at_once(make):
    async def answer(_request, body):
        return make(body)

    return answer


TRANSIENT = {
    "429": at_once(lambda _: json_error(429, "slow down", **{"Retry-After-Ms": "20"})),
    "500": at_once(lambda _: json_error(500, "oops")),
    "503 page": at_once(lambda _: web.Response(status=503, text="<html>", content_type="text/html")),
    "hang": hang,
    "cut": cut,
    "malformed": at_once(lambda _: web.Response(text='{"choices": [{', content_type="application/json")),
    "no choices": at_once(lambda _: web.json_response(completion("") | {"choices": []})),
    "finish reason error": at_once(lambda body: changed(body, finish_reason="error")),
    "error under 200": at_once(lambda _: web.json_response({"error": {"message": "upstream", "code": 502}})),
}
LASTING = {
    "too long": at_once(lambda _: json_error(400, "too long", "context_length_exceeded")),
    "filtered": at_once(lambda body: changed(body, message={"content": ""}, finish_reason="content_filter")),
}
HARMLESS = {
    "odd finish reason": at_once(lambda body: changed(body, finish_reason="eos_token")),
    "no finish reason": at_once(lambda body: changed(body, finish_reason=None)),
    "cut short": at_once(lambda body: changed(body, finish_reason="length")),
}


class Faults:
    """Fails three calls in ten in mixed ways, two requests in a hundred for good, and once refuses the key."""

    def __init__(self, refuse_at=0):
        self.rng = random.Random(4)
        self.refuse_at = refuse_at
        self.played = Counter()

    async def __call__(self, request, body, number):
        if self.refuse_at and number >= self.refuse_at:
            return json_error(401, "this key was revoked")
        if body["seed"] % 50 == 0:
            kind = sorted(LASTING)[body["seed"] // 50 % len(LASTING)]
            return await self._play(LASTING, kind, request, body)
        if self.rng.random() < 0.3:
            return await self._play(TRANSIENT, self.rng.choice(sorted(TRANSIENT)), request, body)
        if self.rng.random() < 0.1:
            return await self._play(HARMLESS, self.rng.choice(sorted(HARMLESS)), request, body)
        return None

    async def _play(self, answers, kind, request, body):
        self.played[kind] += 1
        return await answers[kind](request, body)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(retrying, "_backoff", lambda _state: 0.02)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hunter2")


async def run(endpoint, tmp_path, **settings):
    values = {
        "model.backend": "openai",
        "model.name": "m",
        "model.base_url": endpoint.url,
        "model.timeout_seconds": 1,
        "run.workers": 16,
        "dialogue.max_rounds": 3,
        "accept.policy": "tests",
        "questioner.constraint": "off",
        "programmer.constraint": "off",
    } | settings
    config = load_config(assignments=[f"{name}={value}" for name, value in values.items()])
    teaching = Teaching(config, load_seeds([], limit=ITEMS).seeds, tmp_path / "t.db")
    return await teaching.run(interpreter=ScriptedInterpreter(judge))


def rows(tmp_path, query):
    with closing(sqlite3.connect(tmp_path / "t.db")) as db:
        return db.execute(query).fetchall()


async def test_every_item_of_a_run_full_of_faults_ends_with_a_reason(quick, tmp_path):
    faults = Faults()
    with CountingEndpoint(failure=faults) as endpoint:
        result = await run(endpoint, tmp_path)
    progress = result.progress
    assert set(faults.played) >= set(TRANSIENT)
    assert progress.retries >= sum(faults.played[kind] for kind in TRANSIENT) * 0.9
    assert progress.statuses.total() == ITEMS
    assert (progress.in_flight, progress.suspended) == (0, 0)
    assert progress.statuses["accepted"] >= ITEMS * 0.8
    stored = rows(tmp_path, "select status, reason from conversations")
    assert Counter(status for status, _ in stored) == progress.statuses
    assert all(bool(reason) == (status != "accepted") for status, reason in stored)
    paid = rows(tmp_path, "select count(*), sum(tries) from requests")[0]
    assert paid[0] == progress.requests
    assert paid[1] == progress.requests + progress.retries


async def test_a_key_refused_in_the_middle_stops_in_one_line_and_the_next_start_goes_on(quick, tmp_path):
    with CountingEndpoint(failure=Faults(refuse_at=60)) as endpoint:
        with pytest.raises(
            SetupError, match=r"this key was revoked.*check the key.*everything so far is kept"
        ) as caught:
            await run(endpoint, tmp_path)
        assert "hunter2" not in str(caught.value)
        kept = {seed for (seed,) in rows(tmp_path, "select json_extract(request, '$.sampling.seed') from requests")}
        assert kept
        assert len(endpoint.seen) < 60 + 16 + 1
        endpoint.failure, before = Faults(), len(endpoint.seen)
        result = await run(endpoint, tmp_path)
        assert not kept & set(endpoint.seen[before:])
    assert result.progress.already + result.progress.done == ITEMS
    assert rows(tmp_path, "select outcome from starts order by started_at") == [("failed",), ("done",)]
    assert dict(rows(tmp_path, "select status, count(*) from conversations group by 1")).keys() <= {
        "accepted",
        "discarded",
        "failed",
    }


async def test_an_endpoint_that_goes_away_stops_the_run_and_the_next_start_goes_on(quick, tmp_path):
    with CountingEndpoint() as endpoint:
        work = asyncio.ensure_future(run(endpoint, tmp_path, **{"model.retry_seconds": 0.3, "run.workers": 4}))
        while len(endpoint.seen) < 30:  # noqa: ASYNC110 - the server is what is watched
            await asyncio.sleep(0.01)
    with pytest.raises(SetupError, match=r"nothing answers|cut the connection"):
        await work
    done = rows(tmp_path, "select count(*) from conversations where status = 'accepted'")[0][0]
    with CountingEndpoint() as endpoint:
        result = await run(endpoint, tmp_path)
    assert done > 0
    assert result.progress.already >= done
    assert result.progress.already + result.progress.done == ITEMS
