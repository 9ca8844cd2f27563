import json

import pytest


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
