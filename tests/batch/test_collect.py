"""Replies that come through a batch API: a real server process that speaks it, a real store, a kill in the middle."""

import json
import subprocess

import pytest
from support.batches import AIEV, SEEDS, teach

from aiev.batch.collect import cancel_batches, collect_batches, poll_batches
from aiev.batch.submit import submit_questions
from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.conversations import ConversationReader


async def test_questions_that_came_by_batch_are_not_asked_again(provider, config, db):
    submitted = await submit_questions(config, SEEDS, db)
    assert [batch.requests for batch in submitted.batches] == [6]
    assert [batch.status for batch in await collect_batches(config, db)] == ["in_progress"]
    provider.plan(finish="completed")
    (done,) = await collect_batches(config, db)
    assert (done.status, done.answered, done.failed) == ("collected", 6, 0)
    result, asked = await teach(config, db)
    assert asked == {"programmer/solve": 6}
    assert result.progress.replayed == 6
    assert result.progress.statuses == {"accepted": 6}
    with BatchReader.open(db) as reader:
        (reply,) = ConversationReader(reader.db).requests(
            reader.batch_requests(done.id, "answered")[0].conversation_id
        )[:1]
    assert (reply.purpose, reply.answered_by, reply.completion_tokens) == ("questioner/ask", "m-2026", 7)
    assert provider.counts()["paid"] == [1] * 6


async def test_a_reply_of_a_batch_costs_its_share_of_the_price(provider, db):
    priced = load_config(assignments=(*provider.settings(), "model.price_input=10", "model.price_output=100"))
    await submit_questions(priced, SEEDS[:1], db)
    provider.plan(finish="completed")
    (done,) = await collect_batches(priced, db)
    with BatchReader.open(db) as reader:
        (row,) = reader.batch_requests(done.id, "answered")
        (reply,) = ConversationReader(reader.db).requests(row.conversation_id)
    assert reply.cost == pytest.approx((11 * 10 + 7 * 100) / 1e6 / 2)


async def test_what_failed_in_a_batch_has_its_reason_and_is_asked_live(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="completed", failing=2)
    (done,) = await collect_batches(config, db)
    assert (done.status, done.answered, done.failed) == ("collected", 4, 2)
    with BatchReader.open(db) as reader:
        failed = reader.batch_requests(done.id, "failed")
    assert {row.detail for row in failed} == {"the content is not allowed"}
    assert (await teach(config, db))[1] == {"questioner/ask": 2, "programmer/solve": 6}


async def test_an_expired_batch_gives_what_was_answered_in_time(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="expired", unanswered=5)
    (done,) = await collect_batches(config, db)
    assert (done.status, done.answered, done.failed, done.detail) == ("collected", 1, 5, "expired")
    with BatchReader.open(db) as reader:
        assert "window expired" in reader.batch_requests(done.id, "failed")[0].detail
    assert (await teach(config, db))[1] == {"questioner/ask": 5, "programmer/solve": 6}


async def test_a_batch_that_the_provider_cannot_read_failed_with_its_words(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="failed")
    (done,) = await collect_batches(config, db)
    assert (done.status, done.failed, done.detail) == ("failed", 6, "line 1 is not valid")
    assert [batch.requests for batch in (await submit_questions(config, SEEDS, db)).batches] == [6]


async def test_a_batch_that_the_provider_cannot_read_is_ended_by_a_look_at_it_too(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="failed")
    assert [(batch.status, batch.failed) for batch in await poll_batches(config, db)] == [("failed", 6)]
    assert (await teach(config, db))[1]["questioner/ask"] == 6


async def test_a_cancelled_batch_keeps_what_was_answered_before(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(unanswered=4)
    assert [batch.status for batch in await cancel_batches(config, db)] == ["cancelling"]
    (done,) = await collect_batches(config, db)
    assert (done.status, done.answered, done.failed, done.detail) == ("collected", 2, 4, "cancelled")


async def test_a_batch_that_never_went_out_can_be_given_up(provider, config, db):
    provider.plan(hang="upload")
    config = load_config(assignments=(*provider.settings(), "model.timeout_seconds=0.5"))
    with pytest.raises(SetupError):
        await submit_questions(config, SEEDS, db)
    provider.plan(hang="")
    assert [batch.status for batch in await poll_batches(config, db)] == ["prepared"]
    assert [(batch.status, batch.detail) for batch in await cancel_batches(config, db)] == [("failed", "never sent")]
    assert (await teach(config, db))[1]["questioner/ask"] == 6


async def test_a_kill_while_replies_are_collected_loses_none(provider, config, db, monkeypatch):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="completed")

    async def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("aiev.store.writing.store.Store.end_batch_requests", killed)
        with pytest.raises(KeyboardInterrupt):
            await collect_batches(config, db)
    (done,) = await collect_batches(config, db)
    assert (done.status, done.answered) == ("collected", 6)
    assert (await teach(config, db))[1] == {"programmer/solve": 6}


async def test_the_commands_go_from_submission_to_a_run(provider, tmp_path):
    settings = [word for setting in provider.settings() for word in ("--set", setting)]

    def aiev(*words):
        done = subprocess.run([*AIEV, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done

    assert "no database" in aiev("batch", "collect", "aiev.db").stderr
    sent = aiev("batch", "submit", "--limit", "3", *settings)
    assert "3 questions sent, 0 were known; next: aiev batch collect aiev.db --wait" in sent.stdout
    assert "in_progress" in aiev("batch", "status", "aiev.db").stdout
    refused = aiev("teach", "--limit", "3", *settings)
    assert refused.returncode == 1
    assert "3 questions of this run are in a batch" in refused.stderr
    provider.plan(finish="completed")
    collected = aiev("batch", "collect", "aiev.db", "--wait", "--json")
    assert [(batch["status"], batch["answered"]) for batch in json.loads(collected.stdout)] == [("collected", 3)]
    taught = aiev("teach", "--limit", "3", *settings, "--set", "dialogue.max_rounds=1", "--json")
    assert taught.returncode == 0, taught.stderr
    assert json.loads(taught.stdout)["replayed"] == 3
    asked = [messages for messages in provider.counts()["live"] if "You write programming exercises" in messages]
    assert asked == []
