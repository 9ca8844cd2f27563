"""A model that echoes the key with which it is asked: the key is in no file that the run leaves."""

from contextlib import nullcontext

import pytest
from support.faulty_endpoint import Answer, FaultyEndpoint, completion
from support.talk import GOOD, PROBLEM, judge

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.recipes.teach import Teaching
from aiev.seeds.select import select_seeds
from aiev.telemetry.open import observers_of
from aiev_agents.keys import MARK
from aiev_interpreter.backends.scripted import ScriptedInterpreter

KEY, HEADER = "sk-proj-4f9a1c7e22b8", "hdr-11223344556677"


@pytest.fixture
def echoing(monkeypatch):
    monkeypatch.setenv("MY_LLM", KEY)
    monkeypatch.setenv("MY_HEADER", HEADER)

    def decide(body):
        asked = body["messages"][-1]["content"]
        text = GOOD if "Unit tests" in asked or "unit tests" in asked else PROBLEM
        return Answer(body=completion(f"{text}\n\nI was asked with {KEY} and {HEADER}."))

    return FaultyEndpoint(decide=decide)


@pytest.mark.parametrize("answer", ["reply", "error"])
async def test_no_file_of_a_run_holds_the_key(echoing, tmp_path, answer):
    if answer == "error":
        echoing.decide = lambda _: Answer(400, {"error": {"message": f"no such tenant for {KEY} {HEADER}"}})
    url = (await echoing.start()).url
    config = load_config(
        [],
        [
            *("model.backend=openai", f"model.base_url={url}", "model.name=m", "model.api_key_env=MY_LLM"),
            'model.extra_headers={"X-Auth" = "$MY_HEADER"}',
            *("model.retry_seconds=0", "accept.policy=tests", "dialogue.max_rounds=1", "run.limit=1"),
            *("telemetry.log_file=log.jsonl", "telemetry.log_prompts=true"),
        ],
    )
    seeds = select_seeds(config, (), tmp_path / "t.db")
    with observers_of(config.settings) as observers:
        teaching = Teaching(config, seeds.seeds[:1], tmp_path / "t.db", observers=observers)
        refused = pytest.raises(SetupError, match="refused") if answer == "error" else nullcontext()
        with refused:
            await teaching.run(interpreter=ScriptedInterpreter(judge))
    await echoing.stop()
    left = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert left["t.db"]
    assert not [name for name, raw in left.items() if KEY.encode() in raw or HEADER.encode() in raw]
    if answer == "reply":
        assert MARK.encode() in b"".join(left.values())
