"""Questions sent to a batch API: a real server process that speaks it, a real store, kills between the steps."""

import os
import signal
import subprocess
import time

import pytest
from support.batches import AIEV, SEEDS, teach

from aiev.batch.collect import cancel_batches, collect_batches
from aiev.batch.submit import submit_questions
from aiev.config.layers import load_config
from aiev.errors import ConfigError, SetupError
from aiev.store.reading.batches import BatchReader


async def test_a_question_is_submitted_once_however_often_the_command_is_given(provider, config, db):
    await submit_questions(config, SEEDS[:4], db)
    again = await submit_questions(config, SEEDS, db)
    assert (sum(batch.requests for batch in again.batches), again.known) == (2, 4)
    provider.plan(finish="completed")
    await collect_batches(config, db)
    last = await submit_questions(config, SEEDS, db)
    assert (last.batches, last.known) == ((), 6)
    assert provider.counts()["batches"] == 2


async def test_while_questions_are_in_a_batch_a_run_does_not_ask_them(provider, config, db):
    await submit_questions(config, SEEDS, db)
    with pytest.raises(SetupError, match="6 questions of this run are in a batch: `aiev batch collect"):
        await teach(config, db)
    provider.plan(finish="completed")
    await collect_batches(config, db, wait=True)
    assert (await teach(config, db))[1] == {"programmer/solve": 6}


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
    collected = await collect_batches(config, db, wait=True)
    assert [(batch.status, batch.answered) for batch in collected] == [("collected", 6)]
    counts = provider.counts()
    assert (counts["batches"], counts["paid"]) == (1, [1] * 6)
    assert (await teach(config, db))[1] == {"programmer/solve": 6}


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
    assert [batch.status for batch in await cancel_batches(config, db.with_name("empty.db"))] == []
