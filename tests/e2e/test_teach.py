"""`aiev teach` as a user runs it: its own process, real sandbox, real store."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.command_line import said
from support.talk import GOOD, PROBLEM

from aiev_agents.clients.weights import fetch_weights

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]


def rows(db, query, *values):
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query, values).fetchall()


@pytest.mark.model
def test_the_embedded_model_makes_conversations_that_hold_together(real_models, tmp_path):
    fetch_weights("smollm2-135m-instruct")
    command = [
        *AIEV,
        "teach",
        "--config",
        "smollm2",
        "--limit",
        "2",
        "--db",
        "t.db",
        "--json",
        "--set",
        "dialogue.max_rounds=2",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=550, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert sum(summary["statuses"].values()) == 2
    assert summary["interpreter"] in {"docker", "bubblewrap"}
    for conversation, status, count in rows(tmp_path / "t.db", "select id, status, rounds from conversations"):
        assert status in {"accepted", "discarded"}
        said = "select role, train from messages where conversation_id = ? order by position"
        roles = rows(tmp_path / "t.db", said, conversation)
        assert [role for role, _ in roles] == ["user", "assistant", "interpreter"] * count
        assert [train for _, train in roles].count(1) == (status == "accepted")
    whole = "select count(*), min(completion_tokens) from requests where purpose != 'agent/go_on'"  # not what goes on
    paid = rows(tmp_path / "t.db", whole)[0]
    assert paid == (len(rows(tmp_path / "t.db", "select 1 from messages where role != 'interpreter'")), paid[1])
    assert paid[1] > 0


class Endpoint(ThreadingHTTPServer):
    """A chat-completions server on the loopback interface that takes its time and counts."""

    def __init__(self):
        self.seen = []
        self.seconds = 0.2
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(body)
        time.sleep(self.server.seconds)
        text = PROBLEM if b"You write programming exercises" in body else GOOD
        message = {"role": "assistant", "content": text}
        answer = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        }
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def endpoint():
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def with_endpoint(endpoint, *arguments):
    """The command that teaches at this endpoint, and its environment."""
    address = f"http://127.0.0.1:{endpoint.server_address[1]}/v1"
    settings = [
        "model.backend=openai",
        "model.name=m",
        f"model.base_url={address}",
        "run.workers=2",
        "accept.policy=tests",
    ]
    command = [*AIEV, "teach", "--db", "t.db", *arguments]
    command += [word for setting in settings for word in ("--set", setting)]
    return command, os.environ | {"OPENAI_API_KEY": "sk-hunter2"}


def wait_for(endpoint, count):
    deadline = time.monotonic() + 60
    while len(endpoint.seen) < count and time.monotonic() < deadline:
        time.sleep(0.02)


def test_ctrl_c_finishes_what_is_in_flight_and_the_same_command_goes_on(endpoint, tmp_path):
    command, environment = with_endpoint(endpoint, "--limit", "10")
    first = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    wait_for(endpoint, 3)
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 130, err
    assert "finishing what is in flight" in err
    assert "the same command resumes the run" in out
    ended = rows(tmp_path / "t.db", "select status, count(*) from conversations group by 1")
    assert [status for status, _ in ended] == ["accepted"]
    assert 0 < ended[0][1] < 10
    second = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    assert rows(tmp_path / "t.db", "select status, count(*) from conversations group by 1") == [("accepted", 10)]
    assert len(endpoint.seen) == len(set(endpoint.seen)) == 20
    assert b"hunter2" not in (tmp_path / "t.db").read_bytes()


def test_a_second_ctrl_c_stops_at_once_and_the_same_command_goes_on(endpoint, tmp_path):
    endpoint.seconds = 1.0
    command, environment = with_endpoint(endpoint, "--limit", "4")
    first = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    wait_for(endpoint, 3)
    first.send_signal(signal.SIGINT)
    assert "finishing what is in flight" in next(line for line in first.stderr if said(line))
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 130, err
    assert "stopped at once" in err
    assert "Traceback" not in err
    assert "the same command resumes the run" in out
    kept = rows(tmp_path / "t.db", "select count(*) from requests")[0][0]
    assert rows(tmp_path / "t.db", "select outcome, reason from starts") == [("interrupted", "stopped at once")]
    endpoint.seconds, before = 0.0, len(endpoint.seen)
    second = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    assert rows(tmp_path / "t.db", "select status, count(*) from conversations group by 1") == [("accepted", 4)]
    assert len(endpoint.seen) - before == 8 - kept


def test_a_limit_is_printed_and_stored_and_a_larger_one_goes_on(endpoint, tmp_path):
    endpoint.seconds = 0.0
    prices = ("--set", "model.price_input=1", "--set", "model.price_output=2")
    command, environment = with_endpoint(endpoint, "--limit", "6", *prices)

    def teach(*limits):
        done = subprocess.run(
            [*command, *limits], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    out = teach("--max-accepted", "2")
    assert "--max-accepted 2 is reached" in out
    assert "the same command with a larger limit resumes the run" in out
    assert rows(tmp_path / "t.db", "select outcome, reason from starts") == [("limit", "--max-accepted 2 is reached")]
    summary = json.loads(teach("--max-accepted", "4", "--max-time", "1h", "--json"))
    assert (summary["already_done"], summary["statuses"], summary["stopped"][:14]) == (
        2,
        {"accepted": 2},
        "--max-accepted",
    )
    assert "2 accepted" in teach()
    assert rows(tmp_path / "t.db", "select count(*) from conversations where status = 'accepted'") == [(6,)]
    stats = subprocess.run(
        [*AIEV, "stats", "t.db", "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    (row,) = json.loads(stats.stdout)
    assert row["cost"]["so_far"] == 12 * (7 * 1 + 3 * 2) / 1e6
    assert [start["outcome"] for start in row["starts"]] == ["done", "limit", "limit"]
