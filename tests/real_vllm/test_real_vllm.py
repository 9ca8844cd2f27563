"""A real vLLM server on this machine's CPU: `make test-vllm` makes the environment and runs these.

AIEV_VLLM is the `vllm` command of an environment that has it, AIEV_VLLM_MODEL a folder with SmolLM2-135M's weights.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from real_vllm.adapter import write_adapter

from aiev.config.layers import load_config
from aiev.recipes.teach import Teaching
from aiev.store.records import SeedRecord
from aiev.store.student_records import TrainingRecord
from aiev.student.roles import config_for_training
from aiev.student.serve import open_model
from aiev.student.training.spec import MODEL
from aiev_agents.clients.settings import ModelSettings, VllmSettings
from aiev_agents.clients.vllm.model import VllmChatModel
from aiev_agents.errors import ModelUnavailable, RequestRejected
from aiev_agents.messages import ChatRequest, Sampling

COMMAND = os.environ.get("AIEV_VLLM", "")
WEIGHTS = os.environ.get("AIEV_VLLM_MODEL", "")
pytestmark = [
    pytest.mark.vllm,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not (COMMAND and WEIGHTS), reason="no real vLLM here: `make test-vllm` makes one"),
]


def start(**changed):
    given = {"weights": WEIGHTS, "command": COMMAND, "max_model_len": 2048}
    return VllmChatModel.start(VllmSettings(**given | changed), ModelSettings(name="smol", grammar=True))


def ask(model, text="Name three colours.", grammar=""):
    sampling = Sampling(temperature=0.0, top_p=1.0, max_tokens=24, seed=7)
    return model.chat(ChatRequest(model=model.name, turns=(("user", text),), sampling=sampling, grammar=grammar))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model():
    os.environ["VLLM_CPU_KVCACHE_SPACE"] = "1"
    started = await start(lora=True, max_lora_rank=16, dtype="bfloat16")
    yield started
    await started.close()


async def test_it_answers_with_usage_the_same_way_twice(model):
    first, second = await ask(model), await ask(model)
    assert first.content == second.content
    assert (first.model, first.prompt_tokens > 0, first.completion_tokens) == ("smol", True, 24)


async def test_a_grammar_holds_the_reply_to_its_form(model):
    reply = await ask(model, grammar='root ::= "yes" | "no"')
    assert reply.content in {"yes", "no"}


async def test_an_adapter_answers_under_its_name_and_otherwise_than_the_model(model, tmp_path):
    bare = await ask(model)
    adapter = await model.load_adapter("aiev-r001-0a1b2c3d", write_adapter(tmp_path / "one"))
    other = await ask(adapter)
    assert other.model == "aiev-r001-0a1b2c3d"
    assert other.content != bare.content
    assert (await ask(model)).content == bare.content
    assert await model.served() == ["smol", "aiev-r001-0a1b2c3d"]
    await model.unload_adapter("aiev-r001-0a1b2c3d")
    assert await model.served() == ["smol"]
    later = await model.load_adapter("aiev-r002-0a1b2c3d", write_adapter(tmp_path / "two", seed=2))
    assert (await ask(later)).content != other.content
    await model.unload_adapter(later.name)


async def test_an_adapter_of_too_high_a_rank_is_refused_and_the_server_goes_on(model, tmp_path):
    with pytest.raises(RequestRejected, match="rank"):
        await model.load_adapter("aiev-r003-0a1b2c3d", write_adapter(tmp_path / "big", rank=64))
    assert (await ask(model)).content


async def test_dialogues_are_made_by_a_server_that_runs(model, tmp_path):
    settings = {
        "model.backend": "vllm",
        "model.name": "smol",
        "model.base_url": model.server.base_url,
        "model.api_key_env": "KEY_OF_THE_SERVER",
        "model.grammar": "true",
        "dialogue.max_rounds": "1",
    }
    command = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')", "teach", "--limit", "2"]
    command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    environment = os.environ | {"KEY_OF_THE_SERVER": model.server.key}
    done = await asyncio.to_thread(
        subprocess.run, [*command, "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    statuses = json.loads(done.stdout)["statuses"]
    assert sum(statuses.get(status, 0) for status in ("accepted", "discarded")) == 2, statuses
    with closing(sqlite3.connect(tmp_path / "aiev.db")) as db:
        assert db.execute("select distinct answered_by from requests").fetchall() == [("smol",)]


async def test_a_trained_student_plays_both_roles_under_its_adapters_name(model, tmp_path, monkeypatch):
    monkeypatch.setenv("KEY_OF_THE_SERVER", model.server.key)
    adapter = "aiev-r004-0a1b2c3d"
    write_adapter(tmp_path / "r004" / MODEL, seed=4)
    training = TrainingRecord("t", 4, WEIGHTS, "lora", "done", path=str(tmp_path / "r004"), adapter=adapter)
    settings = ("model.backend=vllm", f"model.base_url={model.server.base_url}", "model.api_key_env=KEY_OF_THE_SERVER")
    config = load_config(assignments=[*settings, "student.name=smol", "dialogue.max_rounds=1"])
    own = config_for_training(config, training)
    snippet = 'def double(n):\n    """Return twice the number."""\n    return 2 * n\n'
    teaching = Teaching(own, [SeedRecord("s1", "function", "python", snippet, "x", "MIT")], tmp_path / "d.db")
    student = await open_model(own, training)
    result = await teaching.run(model=student)
    assert result.model == adapter
    assert result.progress.done == 1
    with closing(sqlite3.connect(tmp_path / "d.db")) as db:
        assert db.execute("select distinct answered_by from requests").fetchall() == [(adapter,)]
        assert db.execute("select model from runs").fetchall() == [(adapter,)]
    await model.unload_adapter(adapter)


async def test_a_length_that_the_weights_cannot_have_is_named(tmp_path):
    with pytest.raises(ModelUnavailable, match="max_model_len \\(999999\\) is greater than"):
        await start(max_model_len=999999)


async def test_when_its_engine_is_killed_the_request_ends_with_the_reason(model):
    """The last one: the server is gone after it."""
    waiting = asyncio.ensure_future(ask(model, "Tell a long story."))
    for engine in engines_of(model):
        os.kill(engine, 9)
    with pytest.raises(ModelUnavailable, match="engine core exited unexpectedly"):
        await asyncio.gather(waiting, ask(model))


def engines_of(model):
    """Ids of the server's engine processes; other servers may run on the machine."""
    guard = model.server._process.pid
    (server,) = Path(f"/proc/{guard}/task/{guard}/children").read_text().split()
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [int(child) for child in children if b"EngineCore" in Path(f"/proc/{child}/cmdline").read_bytes()]
