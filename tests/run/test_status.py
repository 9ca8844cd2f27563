"""`aiev status` beside a run: real processes, a real endpoint, a real database."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from aiev.run.lease import SILENT_SECONDS
from aiev.run.status import _state
from aiev.store.records import HeartbeatRecord
from aiev_interpreter.backends import owners

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]
SERVER = str(Path(__file__).parents[1] / "support" / "chat_server.py")


@pytest.fixture
def address():
    with subprocess.Popen([sys.executable, SERVER, "m"], stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.kill()


def status(folder, *options):
    done = subprocess.run([*AIEV, "status", "t.db", *options], cwd=folder, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if "--json" in options and done.returncode == 0 else done


def wait_for(folder, wanted):
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        found = status(folder, "--json") if (folder / "t.db").exists() else None
        if isinstance(found, list) and wanted(found[0]):
            return found[0]
        time.sleep(0.2)
    pytest.fail("the run never said so")


def test_status_follows_a_run_says_died_when_it_was_killed_and_stopped_when_it_was_drained(address, tmp_path):
    settings = [
        "model.backend=openai",
        "model.name=m",
        "accept.policy=tests",
        "model.api_key_env=",
        f"model.endpoints=['{address}']",
    ]
    command = [*AIEV, "teach", "--db", "t.db", *(word for setting in settings for word in ("--set", setting))]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as run:
        going = wait_for(tmp_path, lambda found: found["progress"]["statuses"].get("discarded"))
        assert (going["state"], going["pid"]) == ("running", run.pid)
        assert going["progress"]["in_flight"] > 0
        assert going["progress"]["endpoints"][0]["answered"] > 0
        shown = status(tmp_path, "--once").stdout
        assert "discarded" in shown
        assert f"process {run.pid}" in shown
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    assert status(tmp_path, "--json")[0]["state"] == "died"
    assert "the same command resumes the run" in status(tmp_path).stdout.replace("\n", " ")
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as run:
        wait_for(tmp_path, lambda found: found["pid"] == run.pid)
        run.send_signal(signal.SIGINT)
        run.wait(60)
    stopped = status(tmp_path, "--json")
    assert [found["state"] for found in stopped] == ["stopped"]
    assert status(tmp_path, "--run", "zzz").returncode == 2


def test_a_database_without_runs_or_from_before_heartbeats_is_one_line(tmp_path):
    done = status(tmp_path)
    assert done.returncode == 1
    assert "no database t.db" in done.stderr
    with closing(sqlite3.connect(tmp_path / "t.db")) as db:
        db.execute("create table conversations (id text)")
    done = status(tmp_path)
    assert done.returncode == 2
    assert "no run has begun in t.db" in done.stderr


PLACE, _, _ = owners.this_process().rpartition("/")
HERE = HeartbeatRecord(
    run_id="r", started_at="", host="h", pid=1, process=owners.this_process(), state="running", beat_at=""
)


@pytest.mark.parametrize(
    ("said", "age", "state"),
    [
        (HERE, 1.0, "running"),
        (HERE, SILENT_SECONDS + 1, "silent"),
        (replace(HERE, process=f"{PLACE}/0"), 0.0, "died"),
        (replace(HERE, state="finished"), 1e6, "finished"),
        (replace(HERE, process="other boot:1"), 1.0, "running"),
        (replace(HERE, process="other boot:1"), SILENT_SECONDS + 1, "died"),
    ],
)
def test_what_the_last_word_of_a_run_means(said, age, state):
    assert _state(said, age) == state
