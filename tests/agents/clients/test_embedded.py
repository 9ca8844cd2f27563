"""The real embedded model."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aiev_agents.clients.embedded import EmbeddedChatModel
from aiev_agents.clients.settings import ModelSettings
from aiev_agents.clients.weights import fetch_weights
from aiev_agents.errors import ModelUnavailable
from aiev_agents.messages import ChatRequest, Sampling
from aiev_agents.roles import programmer, questioner
from aiev_agents.roles.agent import Agent
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.reply import parse_reply
from aiev_agents.roles.settings import Constraint

pytestmark = pytest.mark.model
NAME = "smollm2-135m-instruct"
SMALL = ModelSettings(parallel=1, context_tokens=2048, threads=1)  # more of them wait for each other on a busy machine


@pytest.fixture
async def model(real_models):
    started = await EmbeddedChatModel.start(fetch_weights(NAME), SMALL, name=NAME)
    yield started
    await started.close()


async def test_a_strict_problem_and_program_have_the_form_that_parsing_needs(model):
    agent = Agent(model, Sampling(temperature=0.3, max_tokens=160), Constraint.STRICT)
    problem = await questioner.ask(agent, snippet="def twice(x):\n    return 2 * x", basic=True, seed=1)
    assert problem.text.startswith("Write a Python function `")
    answer = await programmer.solve(agent, problem=problem.text, seed=2)
    assert answer.reply.completion_tokens > 0
    assert answer.reply.model == NAME
    reply = parse_reply(answer.text)
    assert reply.program.startswith(("def ", "import "))
    again = await programmer.solve(agent, problem=problem.text, seed=2)
    assert parse_reply(again.text).program


async def test_prompts_that_begin_alike_are_read_once_though_they_come_at_once(real_models):
    three = SMALL.model_copy(update={"parallel": 3})
    model = await EmbeddedChatModel.start(fetch_weights(NAME), three, name=NAME)
    prompt = load_prompt("questioner/ask")
    requests = [
        ChatRequest(NAME, prompt.render(snippet=f"x + {n}", basic=True), Sampling(max_tokens=4), purpose=prompt.name)
        for n in range(3)
    ]
    first, *others = await asyncio.gather(*map(model.chat, requests))
    await model.close()
    assert first.cached_tokens == 0
    assert all(reply.cached_tokens > 0.8 * reply.prompt_tokens for reply in others)


async def test_waiting_threads_sleep_unless_the_environment_says_otherwise(real_models, monkeypatch):
    assert "GOMP_SPINCOUNT=0" in await environment_of_a_server()
    monkeypatch.setenv("GOMP_SPINCOUNT", "77")
    assert "GOMP_SPINCOUNT=77" in await environment_of_a_server()


async def environment_of_a_server():
    started = await EmbeddedChatModel.start(fetch_weights(NAME), SMALL, name=NAME)
    try:
        environment = Path(f"/proc/{started._process.pid}/environ")
        return (await asyncio.to_thread(environment.read_text)).split("\0")
    finally:
        await started.close()


async def test_a_file_that_is_no_model_is_one_clear_error(tmp_path):
    (tmp_path / "broken.gguf").write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable, match="did not start"):
        await EmbeddedChatModel.start(tmp_path / "broken.gguf", SMALL, name="broken")


def test_the_server_ends_when_the_process_that_started_it_is_killed(real_models):
    script = (
        "import asyncio, sys, time\n"
        "from aiev_agents.clients.embedded import EmbeddedChatModel\n"
        "from aiev_agents.clients.settings import ModelSettings\n"
        "from aiev_agents.clients.weights import fetch_weights\n"
        "small = ModelSettings(parallel=1, context_tokens=512)\n"
        f"start = EmbeddedChatModel.start(fetch_weights({NAME!r}), small, name='x')\n"
        "model = asyncio.run(start)\n"
        "print(model._process.pid, flush=True)\ntime.sleep(100)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        server = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if subprocess.run(["kill", "-0", str(server)], capture_output=True, check=False).returncode:
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its parent")
