"""Observers by configuration, and a whole run that has all of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from talk import GOOD, PROBLEM

from aiev.config import load_config
from aiev.errors import SetupError
from aiev.telemetry.open import observers_of

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]
SERVER = str(Path(__file__).parents[1] / "agents" / "chat_server.py")


def test_nothing_is_observed_and_nothing_is_imported_unless_it_is_asked_for():
    script = (
        "import sys\nfrom aiev.config import load_config\nfrom aiev.telemetry.open import observers_of\n"
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


def test_a_run_logs_and_exports_without_its_key_or_what_was_said(tmp_path):
    (tmp_path / "script.json").write_text(json.dumps([PROBLEM, GOOD]))
    command = [*AIEV, "teach", "--limit", "1", "--log-file", "run.jsonl", "--json"]
    settings = ["model.backend=scripted", "model.script=script.json", "telemetry.otel=true", "run.workers=1"]
    command += [word for setting in settings for word in ("--set", setting)]
    exporting = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OPENAI_API_KEY": "sk-hunter2"}
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | exporting, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    events = [json.loads(line)["event"] for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert events == ["run_started", "reply", "reply", "verdict", "item_finished", "run_ended"]
    assert "hunter2" not in (tmp_path / "run.jsonl").read_text()
