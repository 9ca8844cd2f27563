"""A trained student behind vLLM: a stand-in of the server in a real process (tests/real_vllm has the real one)."""

import json
import sys
from pathlib import Path

import pytest

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.store.student_records import TrainingRecord
from aiev.student.roles import config_for_training
from aiev.student.serve import open_model
from aiev.student.training.spec import MODEL
from aiev_agents.clients.settings import ModelSettings, VllmSettings
from aiev_agents.clients.vllm.model import VllmChatModel
from aiev_agents.messages import ChatRequest

STAND_IN = f"{sys.executable} {Path(__file__).parents[1] / 'support/stand_in_vllm.py'}"
NAME = "aiev-r001-0a1b2c3d"


@pytest.fixture
def training(tmp_path):
    folder = tmp_path / "r001" / MODEL
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    return TrainingRecord(
        id="t", round=1, base="base/weights", method="lora", status="done", path=str(folder.parent), adapter=NAME
    )


def student(training, *assignments):
    config = load_config(assignments=["model.backend=vllm", "model.name=teacher", "student.name=small", *assignments])
    return config_for_training(config, training)


async def ask(model):
    reply = await model.chat(ChatRequest(model=model.name, turns=(("user", "x"),)))
    return json.loads(reply.content)


async def test_a_server_is_started_with_what_was_trained_and_answers_under_the_adapters_name(training):
    model = await open_model(student(training, f"vllm.command='{STAND_IN}'"), training)
    try:
        assert model.name == NAME
        said = await ask(model)
        assert said["asked"] == NAME
        started = " ".join(said["line"])
        assert "base/weights" in started
        assert "--served-model-name small" in started
        assert "--enable-lora" in started
    finally:
        await model.close()


async def test_an_adapter_that_a_running_server_has_already_is_used(training, monkeypatch):
    settings = VllmSettings(command=STAND_IN, start_seconds=60, lora=True)
    async with await VllmChatModel.start(settings, ModelSettings(name="small", grammar=True)) as server:
        monkeypatch.setenv("KEY_OF_THE_SERVER", server.server.key)
        config = student(training, f"model.base_url={server.endpoint.base_url}", "model.api_key_env=KEY_OF_THE_SERVER")
        for _ in range(2):
            model = await open_model(config, training)
            assert (await ask(model))["asked"] == NAME
            await model.close()
        assert await server.served() == ["small", NAME]


async def test_a_backend_that_loads_no_adapter_says_what_to_set(training, monkeypatch):
    monkeypatch.setenv("SOME_KEY", "sk-x")
    config = student(
        training, "model.backend=openai", "model.base_url=http://127.0.0.1:1/v1", "model.api_key_env=SOME_KEY"
    )
    with pytest.raises(SetupError, match=r"loads no adapter; name a file in student\.config"):
        await open_model(config, training)
