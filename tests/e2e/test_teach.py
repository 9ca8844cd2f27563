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
from talk import GOOD, PROBLEM

from aiev_agents.weights import fetch_weights

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]


def rows(db, query, *values):
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query, values).fetchall()


@pytest.mark.model
def test_the_embedded_model_makes_conversations_that_hold_together(real_models, tmp_path):
    fetch_weights("smollm2-135m-instruct")
    command = [*AIEV, "teach", "--limit", "2", "--db", "t.db", "--json", "--set", "dialogue.max_rounds=2"]
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
    paid = rows(tmp_path / "t.db", "select count(*), min(completion_tokens) from requests")[0]
    assert paid == (len(rows(tmp_path / "t.db", "select 1 from messages where role != 'interpreter'")), paid[1])
    assert paid[1] > 0


class Endpoint(ThreadingHTTPServer):
    """A chat-completions server on the loopback interface that takes its time and counts."""

    def __init__(self):
        self.seen = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(body)
        time.sleep(0.2)
        text = PROBLEM if b"You write programming exercises" in body else GOOD
        message = {"role": "assistant", "content": text}
        answer = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
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


def test_ctrl_c_finishes_what_is_in_flight_and_the_same_command_goes_on(endpoint, tmp_path):
    address = f"http://127.0.0.1:{endpoint.server_address[1]}/v1"
    settings = ["model.backend=openai", "model.name=m", f"model.base_url={address}", "run.workers=2"]
    command = [*AIEV, "teach", "--limit", "10", "--db", "t.db"]
    command += [word for setting in settings for word in ("--set", setting)]
    environment = os.environ | {"OPENAI_API_KEY": "sk-hunter2"}
    first = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while len(endpoint.seen) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 130, err
    assert "finishing what is in flight" in err
    assert "the same command again goes on" in out
    ended = rows(tmp_path / "t.db", "select status, count(*) from conversations group by 1")
    assert [status for status, _ in ended] == ["accepted"]
    assert 0 < ended[0][1] < 10
    second = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    assert rows(tmp_path / "t.db", "select status, count(*) from conversations group by 1") == [("accepted", 10)]
    assert len(endpoint.seen) == len(set(endpoint.seen)) == 20
    assert b"hunter2" not in (tmp_path / "t.db").read_bytes()
