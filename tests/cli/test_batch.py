import json

import pytest
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
