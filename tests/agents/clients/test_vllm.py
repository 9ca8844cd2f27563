"""The life of a vLLM server and its adapters; the server is a stand-in, its processes are real."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aiev_agents.clients.openai import Endpoint
from aiev_agents.clients.settings import ModelSettings, VllmSettings
from aiev_agents.clients.vllm import process
from aiev_agents.clients.vllm.command import command_line
from aiev_agents.clients.vllm.log import reason
from aiev_agents.clients.vllm.model import VllmChatModel
from aiev_agents.errors import ModelRefused, ModelUnavailable, RequestRejected
from aiev_agents.messages import ChatRequest

STAND_IN = f"{sys.executable} {Path(__file__).parents[2] / 'support/stand_in_vllm.py'}"

ENGINE = "(EngineCore pid=9) ERROR 11-21 10:38:40 [core.py:9] "
SERVER = "(APIServer pid=7) "


MODEL = ModelSettings(name="m", retry_seconds=30, grammar=True)


def start(**changed):
    return VllmChatModel.start(VllmSettings(command=STAND_IN, **{"start_seconds": 60} | changed), MODEL)


def only_child(process_id):
    (child,) = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return int(child)


def log_named_in(error):
    return Path(str(error).rpartition("log: ")[2])


def ask(model):
    return model.chat(ChatRequest(model=model.name, turns=(("user", "Hi"),)))


def gone(process_id, seconds=20.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def helper(tmp_path, monkeypatch):
    """Reads the id of the process that the server has started beside itself."""
    path = tmp_path / "helper"
    monkeypatch.setenv("STAND_IN_HELPER", str(path))
    return lambda: int(path.read_text())


async def test_a_started_server_answers_with_what_it_was_asked_for_and_ends_with_all_it_started(helper):
    asked = {"weights": "/weights", "dtype": "bfloat16", "tensor_parallel": 2, "max_model_len": 2048}
    async with await start(**asked, gpu_memory_share=0.5, lora=True) as model:
        line = " ".join(json.loads((await ask(model)).content)["line"])
        log = model.server.log
        assert log.exists()
    assert line.startswith("serve /weights --host 127.0.0.1 --port ")
    assert "--served-model-name m --enable-lora --dtype bfloat16 --tensor-parallel-size 2 --max-model-len 2048" in line
    assert "--gpu-memory-utilization 0.5 --max-lora-rank 64 --max-loras 1" in line
    assert "--data-parallel-size" not in line
    assert gone(helper())
    assert not log.exists()


async def test_further_arguments_come_last_so_that_they_win():
    async with await start(arguments=("--enforce-eager",)) as model:
        assert json.loads((await ask(model)).content)["line"][-1] == "--enforce-eager"


async def test_a_server_that_dies_at_its_start_says_why_and_where_its_log_is(monkeypatch, helper):
    monkeypatch.setenv("STAND_IN", "dies")
    with pytest.raises(ModelUnavailable, match="ValueError: the weights are of clay; log: ") as caught:
        await start()
    assert "See root cause above" in log_named_in(caught.value).read_text()
    assert "\n" not in str(caught.value)
    assert gone(helper())


async def test_a_server_that_never_becomes_healthy_is_ended_even_if_it_will_not_hear(monkeypatch, helper):
    monkeypatch.setenv("STAND_IN", "silent")
    monkeypatch.setattr(process, "STOP_SECONDS", 0.2)
    with pytest.raises(ModelUnavailable, match=r"within 3 s \(vllm.start_seconds\): no message"):
        await start(start_seconds=3)
    assert gone(helper())


async def test_a_server_that_dies_in_the_middle_ends_the_request_with_its_reason(monkeypatch, helper):
    monkeypatch.setenv("STAND_IN", "engine")
    async with await start() as model:
        with pytest.raises(ModelUnavailable, match=r"vLLM died while it served m: .*engine core exited unexpectedly"):
            await ask(model)
        assert gone(helper())
        with pytest.raises(ModelUnavailable, match="engine core exited unexpectedly"):
            await model.served()
    assert model.server.log.exists()


async def test_a_server_that_is_killed_by_a_signal_says_so(helper):
    async with await start() as model:
        os.kill(only_child(model.server._process.pid), 9)
        with pytest.raises(ModelUnavailable, match="killed by signal 9"):
            await ask(model)


async def test_a_port_that_another_process_took_is_changed(monkeypatch, tmp_path):
    monkeypatch.setenv("STAND_IN", "port")
    monkeypatch.setenv("STAND_IN_ONCE", str(tmp_path / "once"))
    async with await start() as model:
        assert (await ask(model)).content
    assert (tmp_path / "once").exists()


@pytest.mark.parametrize("victim", ["aiev", "guard"])
def test_nothing_outlives_aiev_or_the_guard_when_they_are_killed(helper, victim, tmp_path):
    script = (
        "import asyncio, time\nfrom aiev_agents.clients.vllm.model import VllmChatModel\n"
        "from aiev_agents.clients.settings import ModelSettings, VllmSettings\n"
        "async def main():\n"
        f"    model = await VllmChatModel.start(VllmSettings(command={STAND_IN!r}), ModelSettings(name='m'))\n"
        "    print(model.server._process.pid, flush=True)\n    time.sleep(100)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        guard = int(parent.stdout.readline())
        server = only_child(guard)
        os.kill(parent.pid if victim == "aiev" else guard, 9)
        assert gone(server)
        parent.kill()
    if victim == "aiev":
        assert gone(guard)
        assert gone(helper())
    else:
        os.kill(helper(), 9)


async def test_an_adapter_is_a_model_of_its_own_until_it_is_unloaded(tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    async with await start(lora=True) as model:
        adapter = await model.load_adapter("aiev-r001-abc", tmp_path)
        assert json.loads((await ask(adapter)).content)["asked"] == "aiev-r001-abc"
        assert await model.served() == ["m", "aiev-r001-abc"]
        await adapter.close()
        await model.unload_adapter("aiev-r001-abc")
        assert await model.served() == ["m"]
        with pytest.raises(RequestRejected, match="cannot be found"):
            await model.unload_adapter("aiev-r001-abc")
        with pytest.raises(RequestRejected, match="was used before on this server"):
            await model.load_adapter("aiev-r001-abc", tmp_path)


async def test_what_is_no_adapter_and_a_server_without_adapters_are_refused(tmp_path):
    async with await start() as model:
        with pytest.raises(RequestRejected, match=r"no adapter_config\.json"):
            await model.load_adapter("a", tmp_path)
        (tmp_path / "adapter_config.json").write_text("{}")
        with pytest.raises(ModelRefused, match=r"vllm\.lora = true"):
            await model.load_adapter("a", tmp_path)


async def test_a_server_that_runs_is_used_and_left_running():
    async with await start() as owner:
        endpoint = owner.endpoint
        async with await VllmChatModel.attach(endpoint) as model:
            assert (await ask(model)).content
        assert (await ask(owner)).content
        with pytest.raises(ModelRefused, match="serves m, not 'other'"):
            await VllmChatModel.attach(Endpoint(endpoint.base_url, "other", api_key=endpoint.api_key))
        with pytest.raises(ModelRefused, match="Unauthorized"):
            await VllmChatModel.attach(Endpoint(endpoint.base_url, "m", api_key="wrong"))
    with pytest.raises(ModelUnavailable, match="nothing answers for"):
        await VllmChatModel.attach(endpoint)


def test_the_server_gets_a_key_of_its_own_and_no_secret_of_this_process(monkeypatch):
    given = {"OPENAI_API_KEY": "sk-1", "HF_TOKEN": "hf", "PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "x"}
    made = process._environment(given, "mine", lora=False)
    assert made == {"HF_TOKEN": "hf", "PATH": "/bin", "VLLM_API_KEY": "mine", "VLLM_NO_USAGE_STATS": "1"}


async def test_no_vllm_at_all_says_how_to_get_one(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ModelUnavailable, match=r"/nowhere/vllm.*: no such program"):
        await VllmChatModel.start(VllmSettings(command="/nowhere/vllm"), MODEL)
    with pytest.raises(ModelUnavailable, match=r"pip install 'aiev\[vllm\]'"):
        command_line(VllmSettings(), "m", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no message"),
        ("starting\n", "starting"),
        ("vllm: error: unrecognized arguments: --x\n", "vllm: error: unrecognized arguments: --x"),
        (
            "  File x\nOSError: [Errno 98] Address already in use\nnanobind: leaked 4 instances!\n",
            "OSError: [Errno 98] Address already in use",
        ),
        (
            "pydantic.ValidationError: 1 validation error for ModelConfig\n  Value error, too long\n    For more\n",
            "pydantic.ValidationError: 1 validation error for ModelConfig Value error, too long",
        ),
        (
            f"{ENGINE}torch.OutOfMemoryError: CUDA out of memory.\n{SERVER}RuntimeError: It failed, see root cause.\n",
            "torch.OutOfMemoryError: CUDA out of memory.",
        ),
    ],
)
def test_the_reason_is_the_last_error_that_is_no_echo(tmp_path, text, said):
    (tmp_path / "log").write_text(text)
    assert reason(tmp_path / "log") == said
