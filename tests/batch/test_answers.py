"""Test problems answered through a batch API: a real server process that speaks it, a real store, real HumanEval."""

import asyncio
from dataclasses import replace

import pytest
from support.talk import GOOD

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.journal import JournalReader
from aiev.store.student_records import TrainingRecord
from aiev.student.benchmark import evaluate_benchmark
from aiev.student.context import DEFAULT_BACKENDS, uses_batch
from aiev_interpreter import ExecutionResult, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter


async def interpreter(settings, languages=(), *, run_id):
    return ScriptedInterpreter(lambda _: ExecutionResult(verdict=Verdict.OK, exit_code=0, assertions=1))


@pytest.fixture
def config(provider):
    provider.plan(content=GOOD)
    prices = ("model.price_input=10", "model.price_output=100")
    return load_config(assignments=(*provider.settings(), *prices, "gate.batch=true"))


@pytest.fixture
def db(tmp_path):
    return tmp_path / "t.db"


async def scored(config, db, limit=6):
    return await evaluate_benchmark(
        config, db, "humaneval", limit=limit, backends=replace(DEFAULT_BACKENDS, open_interpreter=interpreter)
    )


def batches(db):
    with BatchReader.open(db) as reader:
        return reader.batches()


async def test_all_answers_come_by_one_batch_at_its_share_of_the_price(provider, config, db):
    provider.plan(finish="completed")
    done = await scored(config, db)
    assert [sample.verdict for sample in done.evaluation.samples] == ["ok"] * 6
    (batch,) = batches(db)
    assert (batch.run_id, batch.status, batch.answered) == (f"evaluation:{done.evaluation.record.id}", "collected", 6)
    assert (provider.counts()["paid"], provider.counts()["live"]) == ([1] * 6, [])
    with JournalReader.open(db) as reader:
        replies = [reader.reply_for(sample.request_hash) for sample in done.evaluation.samples]
    assert {reply.cost for reply in replies} == {(11 * 10 + 7 * 100) / 1e6 / 2}


async def test_an_evaluation_that_was_stopped_while_it_waited_resumes_its_batch(provider, config, db):
    waiting = asyncio.create_task(scored(config, db))
    while provider.counts()["batches"] < 1:  # noqa: ASYNC110 - another process tells nobody
        await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    provider.plan(finish="completed")
    assert len((await scored(config, db)).evaluation.samples) == 6
    assert (provider.counts()["batches"], provider.counts()["paid"]) == (1, [1] * 6)


async def test_what_failed_alone_is_asked_live_once(provider, config, db):
    provider.plan(finish="completed", failing=2)
    done = await scored(config, db)
    assert [sample.verdict for sample in done.evaluation.samples] == ["ok"] * 6
    assert (len(provider.counts()["live"]), provider.counts()["batches"]) == (2, 1)


async def test_a_larger_evaluation_sends_what_is_new_alone(provider, config, db):
    provider.plan(finish="completed")
    await scored(config, db, limit=4)
    await scored(config, db, limit=6)
    assert sorted(batch.requests for batch in batches(db)) == [2, 4]
    assert provider.counts()["live"] == []


async def test_a_batch_that_cannot_be_read_is_one_line_and_is_sent_again(provider, config, db):
    provider.plan(finish="failed")
    with pytest.raises(SetupError, match=r"line 1 is not valid; set gate\.batch to false"):
        await scored(config, db)
    provider.plan(finish="completed")
    assert len((await scored(config, db)).evaluation.samples) == 6
    assert (provider.counts()["batches"], provider.counts()["live"]) == (2, [])


async def test_without_the_setting_and_for_adapters_answers_are_asked_live(provider, config):
    training = TrainingRecord("t", 1, "small", "lora", "done", adapter="aiev-r001-0badcafe")
    live = load_config(assignments=provider.settings())
    embedded = load_config(assignments=["gate.batch=true"])
    found = [uses_batch(config, None), uses_batch(config, training), uses_batch(live, None), uses_batch(embedded, None)]
    assert found == [True, False, False, False]
