"""The log as a reader of its lines meets it."""

import json
import logging
from collections import Counter
from pathlib import Path

import pytest
from support.talk import PROBLEM

from aiev.errors import SetupError, UsageError
from aiev.telemetry.json_log import JsonLog
from aiev_agents.clients.retrying import tell_retry
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused


@pytest.fixture
def log_at(tmp_path):
    opened = []

    def make(name="run.jsonl", **options):
        opened.append(JsonLog(tmp_path / name, **options))
        return opened[-1]

    yield make
    for log in opened:
        log.close()


def entries(folder, name="run.jsonl"):
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


async def test_every_event_of_a_run_is_a_line_with_what_identifies_it(teach, log_at, tmp_path):
    result = await teach(log_at())
    lines = entries(tmp_path)
    counted = Counter(line["event"] for line in lines)
    assert counted == {"run_started": 1, "reply": 8, "verdict": 4, "item_finished": 3, "run_ended": 1}
    assert (lines[0]["event"], lines[-1]["event"]) == ("run_started", "run_ended")
    assert lines[-1]["statuses"] == dict(result.progress.statuses)
    assert {line["run"] for line in lines if "run" in line} == {result.run_id}
    assert Counter(line["verdict"] for line in lines if line["event"] == "verdict") == {"ok": 3, "error": 1}
    finished = {line["conversation"]: line for line in lines if line["event"] == "item_finished"}
    assert {line["conversation"] for line in lines if line["event"] == "reply"} == set(finished)
    assert all(line["time"].endswith("+00:00") and line["level"] == "info" for line in lines)


async def test_nothing_that_was_said_is_in_the_log_unless_it_was_asked_for(teach, log_at, tmp_path):
    await teach(log_at())
    assert PROBLEM not in (tmp_path / "run.jsonl").read_text()
    assert "return a + b" not in (tmp_path / "run.jsonl").read_text()
    await teach(log_at("full.jsonl", prompts=True), assignments=("run.seed=7",))
    replies = [line for line in entries(tmp_path, "full.jsonl") if line["event"] == "reply"]
    assert PROBLEM in {line["content"] for line in replies}
    assert any("return a + b" in line["content"] for line in replies)
    assert all(line["turns"][0][0] == "system" for line in replies)


async def test_a_refusal_is_an_error_line_and_no_line_holds_the_key(teach, log_at, tmp_path):
    def refuse(_request):
        raise ModelRefused('refused the key sk-"hunter2"')

    log = log_at(secrets=['sk-"hunter2"', ""])
    with pytest.raises(SetupError):
        await teach(log, model=ScriptedChatModel(refuse))
    lines = entries(tmp_path)
    errors = [line for line in lines if line["level"] == "error"]
    assert {line["event"] for line in errors} == {"reply", "item_finished", "run_ended"}
    assert "refused the key ***" in errors[0]["message"]
    assert "hunter2" not in (tmp_path / "run.jsonl").read_text()


def test_a_retry_is_a_line(log_at, tmp_path):
    log_at()
    tell_retry(model="m", tries=2, wait_seconds=1.5, error="slow down")
    (line,) = entries(tmp_path)
    assert (line["event"], line["tries"], line["wait_seconds"], line["message"]) == ("retry", 2, 1.5, "slow down")


def test_a_log_is_appended_to_and_goes_on_in_a_new_file_when_it_was_renamed(log_at, tmp_path):
    (tmp_path / "run.jsonl").write_text('{"event": "earlier"}\n')
    log_at()
    tell_retry(model="m", tries=1, wait_seconds=0, error="one")
    (tmp_path / "run.jsonl").rename(tmp_path / "run.jsonl.1")
    tell_retry(model="m", tries=1, wait_seconds=0, error="two")
    assert [line.get("message") for line in entries(tmp_path, "run.jsonl.1")] == [None, "one"]
    assert [line["message"] for line in entries(tmp_path)] == ["two"]


def test_a_log_that_cannot_be_written_is_one_line_at_the_start_and_one_in_the_middle(tmp_path, capsys):
    with pytest.raises(UsageError, match=r"cannot write the log .*no/run.jsonl: No such file"):
        JsonLog(tmp_path / "no" / "run.jsonl")
    log = JsonLog(Path("/dev/full"))
    for _ in range(3):
        tell_retry(model="m", tries=1, wait_seconds=0, error="x")
    log.close()
    assert capsys.readouterr().err.count("cannot write the log /dev/full: ") == 1


def test_a_closed_log_hears_nothing_more(log_at, tmp_path):
    log = log_at()
    log.close()
    logging.getLogger("aiev").error("late")
    assert entries(tmp_path) == []
