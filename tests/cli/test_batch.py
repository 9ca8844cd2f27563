import json

import pytest
from support.batch_provider import Provider
from support.command_line import assert_one_line

from aiev.store.records import BatchRecord
from aiev.store.writing.store import Store


@pytest.mark.parametrize("command", ["status", "collect", "cancel"])
def test_a_missing_database_is_one_line_and_is_not_made(aiev, tmp_path, command):
    assert_one_line(aiev("batch", command, "none.db"), 1, "no database none.db", "aiev batch submit")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("command", ["status", "collect", "cancel"])
def test_a_database_without_batches_says_so(aiev, tmp_path, command):
    Store.open(tmp_path / "b.db").close()
    settings = ("--set", "model.backend=openai", "--set", "model.base_url=http://127.0.0.1:9/v1")
    done = aiev("batch", command, "b.db", *settings, OPENAI_API_KEY="sk-x")
    assert "no batches; `aiev batch submit` makes one" in done.stdout
    assert json.loads(aiev("batch", command, "b.db", *settings, "--json").stdout) == []


def test_submit_takes_only_a_provider_with_batches(aiev):
    done = aiev("batch", "submit", "--limit", "1")
    assert done.exit_code in {1, 2}
    assert len(done.stderr.splitlines()) == 1


def test_a_batch_is_a_line():
    from aiev.cli.batch import _line

    batch = BatchRecord("b1", "r1", "", "m", "", "", "running", requests=3, answered=1, failed=1, detail="slow \x1b")
    assert _line(batch) == "b1  run r1  running (slow \\x1b): 3 questions, 1 answered, 1 failed"


@pytest.fixture
def provider():
    with Provider.running() as running:
        yield running


@pytest.fixture
def batch(aiev, provider):
    """`aiev batch` against a provider on this machine."""
    chosen = [word for one in provider.settings() for word in ("--set", one)]
    return lambda command, *arguments: aiev("batch", command, *arguments, *chosen)


def test_a_batch_goes_out_is_shown_and_comes_back(batch, provider):
    sent = batch("submit", "--limit", "3")
    assert sent.exit_code == 0, sent.stderr
    assert "3 questions sent, 0 were known; next: aiev batch collect aiev.db --wait" in sent.stdout
    assert "in_progress: 3 questions, 0 answered, 0 failed" in batch("status", "aiev.db").stdout
    provider.plan(finish="completed", failing=1)
    collected = batch("collect", "aiev.db", "--wait")
    assert "collected: 3 questions, 2 answered, 1 failed" in collected.stdout


def test_batches_as_json_are_one_document(batch, provider):
    sent = json.loads(batch("submit", "--limit", "2", "--json").stdout)
    assert (len(sent["batches"]), sent["known"]) == (1, 0)
    (shown,) = json.loads(batch("status", "aiev.db", "--json").stdout)
    assert (shown["status"], shown["requests"]) == ("in_progress", 2)
    (cancelled,) = json.loads(batch("cancel", "aiev.db", "--json").stdout)
    assert cancelled["status"].startswith("cancel")


def test_waiting_tells_each_change_once_and_no_more_without_waiting(batch, provider):
    batch("submit", "--limit", "1")
    assert batch("collect", "aiev.db").stderr == ""
    provider.plan(finish="completed")
    told = [line for line in batch("collect", "aiev.db", "--wait").stderr.splitlines() if line]
    assert told
    assert len(told) == len(set(told))
