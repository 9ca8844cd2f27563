"""Observers by configuration, and a whole run that has all of them."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.command_line import said
from support.talk import GOOD, PROBLEM

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.telemetry.open import observers_of
from aiev.telemetry.operations import ChatOperation
from aiev.telemetry.otel import OtelObserver
from aiev_agents.messages import ChatRequest

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]


def test_nothing_is_observed_and_nothing_is_imported_unless_it_is_asked_for():
    script = (
        "import sys\nfrom aiev.config.layers import load_config\nfrom aiev.telemetry.open import observers_of\n"
        "import aiev.recipes.teach\n"
        "with observers_of(load_config().settings) as observers:\n"
        "    print(bool(observers), sorted({'aiev.telemetry.otel', 'prometheus_client'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False []"


@pytest.mark.parametrize(
    ("setting", "module", "extra"),
    [
        ("telemetry.metrics_port=9", "prometheus_client", "prometheus"),
        ("telemetry.otel=true", "opentelemetry.sdk.metrics", "otel"),
    ],
)
def test_a_missing_extra_is_one_line(monkeypatch, setting, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    for name in ("aiev.telemetry.prometheus", "aiev.telemetry.otel"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    opening = observers_of(load_config(assignments=(setting,)).settings)
    with pytest.raises(SetupError, match=rf"pip install 'aiev\[{extra}\]'"):
        opening.__enter__()


class Collector(ThreadingHTTPServer):
    """Takes what OTLP exporters post, and keeps where to and which attribute names."""

    def __init__(self):
        self.paths, self.bodies = set(), []
        super().__init__(("127.0.0.1", 0), Post)


class Post(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.paths.add(self.path)
        self.server.bodies.append(body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def collector():
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_run_logs_and_exports_without_its_key_or_what_was_said(tmp_path, collector):
    (tmp_path / "script.json").write_text(json.dumps([PROBLEM, GOOD]))
    command = [*AIEV, "teach", "--limit", "1", "--log-file", "run.jsonl", "--json"]
    settings = [
        "model.backend=scripted",
        "model.script=script.json",
        "telemetry.otel=true",
        "run.workers=1",
        "accept.policy=tests",
    ]
    command += [word for setting in settings for word in ("--set", setting)]
    address = f"http://127.0.0.1:{collector.server_address[1]}"
    exporting = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OPENAI_API_KEY": "sk-hunter2"}
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | exporting, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert said(done.stderr) == []
    written = [json.loads(line)["event"] for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    events = [event for event in written if not event.startswith("programs run in bubblewrap (docker:")]
    assert events == ["run_started", "reply", "reply", "verdict", "item_finished", "run_ended"]
    assert collector.paths == {"/v1/traces", "/v1/metrics"}
    exported = b"".join(collector.bodies)
    assert b"gen_ai.client.token.usage" in exported
    assert b"execute_tool code_interpreter" in exported
    for text in ("hunter2", PROBLEM, "return a + b"):
        assert text.encode() not in exported
        assert text not in (tmp_path / "run.jsonl").read_text()


def test_a_collector_that_is_not_there_is_one_line_and_nothing_fails(monkeypatch, capsys):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    observer = OtelObserver.exporting(software="scripted")
    with observer.observe(ChatOperation(ChatRequest(model="m", turns=()), "", "c")):
        pass
    observer.close()
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["aiev"]
    assert "the run continues" in lines[0]
