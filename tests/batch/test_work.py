"""Questions through a batch API: a real server process that speaks it, a real store, kills between the steps."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from support.loading import load_seeds
from support.talk import GOOD, judge

from aiev.batch.requests import first_request, request_of
from aiev.batch.work import cancel, collect, look, submit_questions
from aiev.config.layers import load_config
from aiev.errors import ConfigError, SetupError
from aiev.recipes.teach import Teaching
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.conversations import ConversationReader
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_interpreter.backends.scripted import ScriptedInterpreter

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]


@pytest.fixture
def config(provider):
    return load_config(assignments=provider.settings())


@pytest.fixture
def db(tmp_path):
    return tmp_path / "t.db"


SEEDS = load_seeds([], limit=6).seeds


def teacher():
    """Counts what is asked live: nothing but programs, when the questions came by batch."""
    return ScriptedChatModel(lambda request: "Live." if request.purpose == "questioner/ask" else GOOD, name="m")


async def teach(config, db):
    model = teacher()
    result = await Teaching(config, SEEDS, db).run(model=model, interpreter=ScriptedInterpreter(judge))
    return result, Counter(request.purpose for request in model.requests)


async def test_questions_that_came_by_batch_are_not_asked_again(provider, config, db):
    submitted = await submit_questions(config, SEEDS, db)
    assert [batch.requests for batch in submitted.batches] == [6]
    assert [batch.status for batch in await collect(config, db)] == ["in_progress"]
    provider.plan(finish="completed")
    (done,) = await collect(config, db)
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
    (done,) = await collect(priced, db)
    with BatchReader.open(db) as reader:
        (row,) = reader.batch_requests(done.id, "answered")
        (reply,) = ConversationReader(reader.db).requests(row.conversation_id)
    assert reply.cost == pytest.approx((11 * 10 + 7 * 100) / 1e6 / 2)


async def test_a_question_is_submitted_once_however_often_the_command_is_given(provider, config, db):
    await submit_questions(config, SEEDS[:4], db)
    again = await submit_questions(config, SEEDS, db)
    assert (sum(batch.requests for batch in again.batches), again.known) == (2, 4)
    provider.plan(finish="completed")
    await collect(config, db)
    last = await submit_questions(config, SEEDS, db)
    assert (last.batches, last.known) == ((), 6)
    assert provider.counts()["batches"] == 2


async def test_while_questions_are_in_a_batch_a_run_does_not_ask_them(provider, config, db):
    await submit_questions(config, SEEDS, db)
    with pytest.raises(SetupError, match="6 questions of this run are in a batch: `aiev batch collect"):
        await teach(config, db)
    provider.plan(finish="completed")
    await collect(config, db, wait=True)
    assert (await teach(config, db))[1] == {"programmer/solve": 6}


async def test_what_failed_in_a_batch_has_its_reason_and_is_asked_live(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="completed", failing=2)
    (done,) = await collect(config, db)
    assert (done.status, done.answered, done.failed) == ("collected", 4, 2)
    with BatchReader.open(db) as reader:
        failed = reader.batch_requests(done.id, "failed")
    assert {row.detail for row in failed} == {"the content is not allowed"}
    assert (await teach(config, db))[1] == {"questioner/ask": 2, "programmer/solve": 6}


async def test_an_expired_batch_gives_what_was_answered_in_time(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="expired", unanswered=5)
    (done,) = await collect(config, db)
    assert (done.status, done.answered, done.failed, done.detail) == ("collected", 1, 5, "expired")
    with BatchReader.open(db) as reader:
        assert "window expired" in reader.batch_requests(done.id, "failed")[0].detail
    assert (await teach(config, db))[1] == {"questioner/ask": 5, "programmer/solve": 6}


async def test_a_batch_that_the_provider_cannot_read_failed_with_its_words(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="failed")
    (done,) = await collect(config, db)
    assert (done.status, done.failed, done.detail) == ("failed", 6, "line 1 is not valid")
    assert [batch.requests for batch in (await submit_questions(config, SEEDS, db)).batches] == [6]


async def test_a_cancelled_batch_keeps_what_was_answered_before(provider, config, db):
    await submit_questions(config, SEEDS, db)
    provider.plan(unanswered=4)
    assert [batch.status for batch in await cancel(config, db)] == ["cancelling"]
    (done,) = await collect(config, db)
    assert (done.status, done.answered, done.failed, done.detail) == ("collected", 2, 4, "cancelled")


async def test_more_than_a_batch_takes_becomes_several(provider, db):
    by_number = load_config(assignments=(*provider.settings(), "batch.max_requests=4"))
    assert [batch.requests for batch in (await submit_questions(by_number, SEEDS, db)).batches] == [4, 2]
    by_size = load_config(assignments=(*provider.settings(), "batch.max_mib=0.0001", "run.seed=5"))
    assert [batch.requests for batch in (await submit_questions(by_size, SEEDS, db)).batches] == [1] * 6


@pytest.fixture(params=["upload", "create"])
def killed_submission(provider, db, tmp_path, request):
    """A submission that was killed when the server had the file, or the batch, and had not said so yet."""
    command = [*AIEV, "batch", "submit", "--limit", "6", "--db", str(db)]
    command += [word for setting in provider.settings() for word in ("--set", setting)]
    provider.plan(hang=request.param)
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as first:
        deadline = time.monotonic() + 60
        while provider.counts()["files" if request.param == "upload" else "batches"] < 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(first.pid, signal.SIGKILL)
    provider.plan(hang="", finish="completed")


@pytest.mark.usefixtures("killed_submission")
async def test_a_kill_while_a_batch_is_sent_pays_for_nothing_twice(provider, config, db):
    with BatchReader.open(db) as reader:
        assert [batch.status for batch in reader.batches()] == ["prepared"]
    await submit_questions(config, SEEDS, db)
    collected = await collect(config, db, wait=True)
    assert [(batch.status, batch.answered) for batch in collected] == [("collected", 6)]
    counts = provider.counts()
    assert (counts["batches"], counts["paid"]) == (1, [1] * 6)
    assert (await teach(config, db))[1] == {"programmer/solve": 6}


async def test_a_kill_while_replies_are_collected_loses_none(provider, config, db, monkeypatch):
    await submit_questions(config, SEEDS, db)
    provider.plan(finish="completed")

    async def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("aiev.store.writing.store.Store.end_batch_requests", killed)
        with pytest.raises(KeyboardInterrupt):
            await collect(config, db)
    (done,) = await collect(config, db)
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


async def test_a_request_survives_its_canonical_form(config):
    request = await first_request(config.settings, SEEDS[0])
    assert request_of(json.loads(json.dumps(request.canonical()))).hash == request.hash


async def test_a_provider_that_is_not_there_or_has_no_batches_is_one_line(provider, config, db):
    nowhere = load_config(assignments=(*provider.settings(), "model.base_url=http://127.0.0.1:9/v1"))
    with pytest.raises(
        SetupError, match=r"nothing answers for the batch API at http://127.*; the same command resumes"
    ):
        await submit_questions(nowhere, SEEDS, db)
    other = load_config(assignments=(*provider.settings(), f"model.base_url={provider.address}/v2"))
    with pytest.raises(SetupError, match="does the provider offer batches"):
        await submit_questions(other, SEEDS[:1], db.with_name("other.db"))
    with pytest.raises(ConfigError, match=r"set model.backend to openai"):
        await submit_questions(load_config(), SEEDS, db)
    assert [batch.status for batch in await cancel(config, db.with_name("empty.db"))] == []


async def test_a_batch_that_never_went_out_can_be_given_up(provider, config, db):
    provider.plan(hang="upload")
    config = load_config(assignments=(*provider.settings(), "model.timeout_seconds=0.5"))
    with pytest.raises(SetupError):
        await submit_questions(config, SEEDS, db)
    provider.plan(hang="")
    assert [batch.status for batch in await look(config, db)] == ["prepared"]
    assert [(batch.status, batch.detail) for batch in await cancel(config, db)] == [("failed", "never sent")]
    assert (await teach(config, db))[1]["questioner/ask"] == 6
