"""What a run says of itself while it goes on, and how it ended."""

import asyncio
import json
from collections import Counter

import pytest
from support.loading import load_seeds
from support.talk import judge, scripted_model

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.recipes.teach import Teaching
from aiev.run.heartbeat import restored, snapshot
from aiev.run.progress import Progress
from aiev.run.status import run_statuses
from aiev.store.reading.runs import RunReader
from aiev_agents.clients.pool import PooledChatModel
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused
from aiev_interpreter.backends.scripted import ScriptedInterpreter

QUIET = ("accept.policy=tests", "questioner.constraint=off", "programmer.constraint=off")


@pytest.fixture
def teaching(tmp_path):
    return Teaching(load_config(assignments=QUIET), load_seeds([], limit=3).seeds, tmp_path / "t.db")


def last_heartbeat(teaching):
    with RunReader.open(teaching.db) as reader:
        (heartbeat,) = reader.heartbeats()
    return heartbeat


def test_a_snapshot_survives_json_and_gives_the_same_counters():
    progress = Progress(total=9, in_flight=2, statuses=Counter(accepted=3), rounds=Counter({1: 2, 4: 1}), tokens=50)
    again = restored(json.loads(json.dumps(snapshot(progress))))
    assert (again.total, again.in_flight, again.statuses, again.rounds) == (9, 2, {"accepted": 3}, {1: 2, 4: 1})
    assert again.tokens == 50
    assert again.seconds > snapshot(progress)["seconds"] - 1


def test_a_snapshot_of_another_version_is_read_as_far_as_it_goes():
    assert restored({"total": 4, "moons": 2}).total == 4
    assert restored({}).statuses == {}


async def test_a_run_that_ends_says_finished_and_its_counters_are_those_of_its_summary(teaching):
    result = await teaching.run(model=scripted_model(), interpreter=ScriptedInterpreter(judge))
    heartbeat = last_heartbeat(teaching)
    assert (heartbeat.run_id, heartbeat.state, heartbeat.reason) == (result.run_id, "finished", "")
    assert restored(heartbeat.progress).statuses == result.progress.statuses == {"accepted": 3}
    assert heartbeat.process


async def test_a_refused_run_says_failed_and_why(teaching):
    def refuse(_request):
        raise ModelRefused("no such key")

    with pytest.raises(SetupError):
        await teaching.run(model=ScriptedChatModel(refuse), interpreter=ScriptedInterpreter(judge))
    heartbeat = last_heartbeat(teaching)
    assert heartbeat.state == "failed"
    assert "no such key" in heartbeat.reason


async def test_a_drained_and_a_cancelled_run_say_stopped(teaching):
    teaching.drain()
    await teaching.run(model=scripted_model(), interpreter=ScriptedInterpreter(judge))
    assert last_heartbeat(teaching).state == "stopped"
    again = Teaching(teaching.config, teaching.seeds, teaching.db)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await again.run(model=scripted_model(latency_seconds=30.0), interpreter=ScriptedInterpreter(judge))
    assert (last_heartbeat(teaching).state, last_heartbeat(teaching).reason) == ("stopped", "stopped at once")


async def test_the_counters_of_each_endpoint_are_in_the_heartbeat(teaching):
    pool = PooledChatModel("m", [("http://a/v1", scripted_model()), ("http://b/v1", scripted_model())])
    await teaching.run(model=pool, interpreter=ScriptedInterpreter(judge))
    endpoints = last_heartbeat(teaching).progress["endpoints"]
    assert [each["address"] for each in endpoints] == ["http://a/v1", "http://b/v1"]
    assert sum(each["answered"] for each in endpoints) == 6
    (status,) = run_statuses(teaching.db)
    assert status.as_dict()["progress"]["endpoints"] == endpoints
