"""The machinery of a run: scripted model and interpreter, real store."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from support.loading import load_seeds
from support.talk import BAD, GOOD, judge, scripted_model

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.recipes.teach import Teaching
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.journal import JournalReader
from aiev.store.reading.listing import Filters
from aiev.store.reading.runs import RunReader
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused, RequestRejected
from aiev_interpreter.backends.scripted import ScriptedInterpreter

QUIET = ("accept.policy=tests", "questioner.constraint=off", "programmer.constraint=off", "dialogue.show_failed=true")


def config(*assignments):
    return load_config(assignments=(*QUIET, *assignments))


@pytest.fixture
def teach(tmp_path):
    """Run over shipped seeds into one database; returns the result."""

    async def run(model, *, count=6, assignments=(), interpreter=None):
        seeds = load_seeds([], limit=count).seeds
        teaching = Teaching(config(*assignments), seeds, tmp_path / "t.db")
        return await teaching.run(model=model, interpreter=interpreter or ScriptedInterpreter(judge))

    return run


async def test_accepted_dialogues_are_stored_with_everything_that_explains_them(teach, tmp_path):
    result = await teach(scripted_model(BAD, GOOD), count=1)
    assert result.progress.statuses == {"accepted": 1}
    with ConversationReader.open(tmp_path / "t.db") as reader:
        (row,) = reader.conversations(Filters())
        conversation = reader.conversation(row.id)
        executions = reader.executions(row.id)
        run = RunReader(reader.db).run(conversation.run_id)
        seed = reader.seed(conversation.seed_id)
    assert [message.train for message in conversation.messages] == [False, False, False, False, True, False]
    assert [execution.verdict for execution in executions] == ["error", "ok"]
    assert conversation.rounds == 2
    assert "return a + b" in conversation.program
    assert all(
        message.prompt_hash in run.prompts.values()
        for message in conversation.messages
        if message.role != "interpreter"
    )
    assert run.config["dialogue"]["max_rounds"] == 7
    assert seed.licence == "PSF-2.0"


async def test_a_target_language_goes_before_the_seeds_own(teach, tmp_path):
    answer = "One.\n\n```rust\nfn f() {}\n```\n\nUnit tests:\n```rust\nmod tests {}\n```"
    interpreter = ScriptedInterpreter(judge)
    own = await teach(scripted_model(), count=1, interpreter=interpreter)
    other = await teach(
        scripted_model(answer), count=1, interpreter=interpreter, assignments=("dialogue.language=rust",)
    )
    assert [job.language for job in interpreter.jobs] == ["python", "rust"]
    assert own.run_id != other.run_id
    with ConversationReader.open(tmp_path / "t.db") as reader:
        assert {row.status for row in reader.conversations(Filters())} == {"accepted"}


async def test_a_discarded_item_keeps_its_data_and_trains_nothing(teach, tmp_path):
    await teach(scripted_model(BAD), count=1, assignments=("dialogue.max_rounds=2",))
    with ConversationReader.open(tmp_path / "t.db") as reader:
        (row,) = reader.conversations(Filters(status="discarded"))
        conversation = reader.conversation(row.id)
    assert conversation.reason == "error after 2 rounds"
    assert not any(message.train for message in conversation.messages)


async def test_running_again_does_nothing_that_is_done(teach):
    await teach(scripted_model(), count=3)
    model = scripted_model()
    result = await teach(model, count=5)
    assert (result.progress.already, result.progress.done) == (3, 2)
    assert len([request for request in model.requests if request.purpose == "questioner/ask"]) == 2


async def test_another_configuration_is_another_run_in_the_same_file(teach, tmp_path):
    first = await teach(scripted_model(), count=2)
    second = await teach(scripted_model(), count=2, assignments=("dialogue.max_rounds=3",))
    assert first.run_id != second.run_id
    with ConversationReader.open(tmp_path / "t.db") as reader:
        assert len(reader.conversations(Filters())) == 4


async def test_an_item_at_fault_fails_alone_and_is_tried_again_by_the_next_start(teach):
    model = scripted_model()
    calls = []
    answer = model.chat

    async def chat(request):
        calls.append(request)
        if len(calls) == 1:
            raise RequestRejected("context too long")
        return await answer(request)

    model.chat = chat
    first = await teach(model, count=4)
    assert first.progress.statuses == {"accepted": 3, "failed": 1}
    assert (await teach(scripted_model(), count=4)).progress.statuses == {"accepted": 1}


@pytest.mark.parametrize("count", [1, 4, 30])
async def test_an_endpoint_that_refuses_every_request_ends_the_run_with_its_words(teach, count):
    def refuse(request):
        asked.append(request)
        raise RequestRejected("400 unsupported: everything")

    asked = []
    with pytest.raises(SetupError, match="400 unsupported: everything"):
        await teach(ScriptedChatModel(refuse), count=count, assignments=("run.workers=1",))
    assert len(asked) == min(count, 10)
    assert (await teach(scripted_model(), count=count)).progress.statuses["accepted"] == count


@pytest.mark.parametrize("count", [2, 30])
async def test_a_role_that_is_refused_every_time_ends_the_run_before_all_questions_are_paid_for(teach, count):
    model, asked = scripted_model(), []
    answer = model.chat

    async def chat(request):
        asked.append(request.purpose)
        if request.purpose == "programmer/solve":
            raise RequestRejected("400 max_tokens is beyond me")
        return await answer(request)

    model.chat = chat
    with pytest.raises(SetupError, match="400 max_tokens is beyond me"):
        await teach(model, count=count, assignments=("run.workers=1",))
    assert asked.count("programmer/solve") == min(count, 10)


async def test_a_refusal_stops_the_run_keeps_what_is_done_and_resumes_without_paying_twice(teach, tmp_path):
    model, paid = scripted_model(), []
    answer = model.chat

    async def chat(request):
        if len(paid) == 5:
            raise ModelRefused("the key was refused")
        paid.append(request.hash)
        return await answer(request)

    model.chat = chat
    with pytest.raises(SetupError, match=r"the key was refused.*again to resume"):
        await teach(model, count=6, assignments=("run.workers=2",))
    again = scripted_model()
    result = await teach(again, count=6, assignments=("run.workers=2",))
    assert result.progress.already + result.progress.statuses["accepted"] == 6
    assert not {request.hash for request in again.requests} & set(paid)
    assert len(again.requests) + len(paid) == 12


async def test_no_more_dialogues_than_workers_are_in_flight(teach):
    model, peak, now = scripted_model(latency_seconds=0.01), 0, 0
    answer = model.chat

    async def chat(request):
        nonlocal peak, now
        now += 1
        peak = max(peak, now)
        try:
            return await answer(request)
        finally:
            now -= 1

    model.chat = chat
    await teach(model, count=12, assignments=("run.workers=3",))
    assert peak == 3


async def test_draining_finishes_what_is_in_flight_and_takes_nothing_new(tmp_path):
    teaching = Teaching(config("run.workers=2"), load_seeds([], limit=10).seeds, tmp_path / "t.db")
    model = scripted_model(latency_seconds=0.01)
    work = asyncio.ensure_future(teaching.run(model=model, interpreter=ScriptedInterpreter(judge)))
    while len(model.requests) < 3:  # noqa: ASYNC110 - the model is what is watched, and it has no event
        await asyncio.sleep(0.001)
    teaching.drain()
    result = await work
    assert 0 < result.progress.done < 10
    assert result.progress.in_flight == 0


async def test_an_execution_that_is_kept_is_not_run_again(teach, tmp_path):
    """Killed after the execution: the journal has it, the conversation has not ended."""
    first = ScriptedInterpreter(judge)
    await teach(scripted_model(BAD, GOOD), count=1, interpreter=first)
    with closing(sqlite3.connect(tmp_path / "t.db")) as db, db:
        db.execute("update conversations set status = 'running'")
    model, second = scripted_model(), ScriptedInterpreter(judge)
    result = await teach(model, count=1, interpreter=second)
    assert result.progress.statuses == {"accepted": 1}
    assert (len(first.jobs), second.jobs, model.requests) == (2, [], [])
    assert result.progress.replayed == 4


async def test_requests_under_way_when_a_run_fails_are_kept(teach, tmp_path):
    model, begun = scripted_model(), []
    answer = model.chat

    async def chat(request):
        begun.append(request.hash)
        if len(begun) == 3:
            raise ModelRefused("the key was refused")
        await asyncio.sleep(0.05)
        return await answer(request)

    model.chat = chat
    with pytest.raises(SetupError, match="the key was refused"):
        await teach(model, count=6, assignments=("run.workers=3",))
    with ConversationReader.open(tmp_path / "t.db") as reader:
        assert [JournalReader(reader.db).reply_for(request) is not None for request in begun] == [True, True, False]
        runs = RunReader(reader.db)
        (start,) = runs.starts(runs.runs()[0].id)
    assert (start.outcome, start.reason.startswith("the key was refused")) == ("failed", True)
