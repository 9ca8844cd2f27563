import json

import pytest

from aiev.setup.doctor import Finding


def test_doctor_says_what_is_missing_and_what_to_do(aiev):
    done = aiev("doctor", "--json", DOCKER_HOST="tcp://127.0.0.1:9")
    findings = {finding["part"]: finding for finding in json.loads(done.stdout)}
    assert done.exit_code == 1
    assert findings["Docker"]["present"] is False
    assert findings["Docker"]["needed"] is False
    assert "aiev models fetch" in findings["model"]["advice"]


@pytest.mark.parametrize(
    ("settings", "detail", "advice"),
    [
        (("model.backend=vllm",), "no `vllm` command", "pip install 'aiev[vllm]'"),
        (("model.backend=vllm", "vllm.command=/nowhere/vllm"), "no such program", "give the path"),
        (
            ("model.backend=openai", "model.endpoints=['http://127.0.0.1:9/v1']", "model.api_key_env="),
            "http://127.0.0.1:9/v1",
            "start the server",
        ),
    ],
)
def test_doctor_looks_at_the_backend_that_a_run_would_use(aiev, settings, detail, advice):
    words = [word for setting in settings for word in ("--set", setting)]
    done = aiev("doctor", "--json", *words, PATH="/nowhere", DOCKER_HOST="tcp://127.0.0.1:9")
    (model,) = [finding for finding in json.loads(done.stdout) if finding["part"] == "model"]
    assert model["present"] is False
    assert detail in model["detail"]
    assert advice in model["advice"]


def test_doctor_has_a_line_for_each_part_with_advice_for_what_is_missing(aiev):
    done = aiev("doctor", "--set", "model.backend=scripted", DOCKER_HOST="tcp://127.0.0.1:9")
    lines = {line[9:].split(":")[0]: line for line in done.stdout.splitlines()}
    assert {"Python", "SQLite", "Docker", "bubblewrap", "model"} <= set(lines)
    assert lines["Python"].startswith("ok       ")
    assert lines["Docker"].startswith("missing  ")
    assert "; " in lines["Docker"]
    assert done.exit_code == 1


def test_doctor_is_content_when_all_that_is_needed_is_there(aiev, monkeypatch):
    async def examine(_settings):
        return [Finding("Python", True, "3"), Finding("Docker", False, "no daemon", needed=False)]

    monkeypatch.setattr("aiev.setup.doctor.examine", examine)
    done = aiev("doctor")
    assert (done.exit_code, done.stdout) == (0, "ok       Python: 3\nmissing  Docker: no daemon\n")
