import pytest
from pydantic import ValidationError

from aiev_agents.clients.presets import presets, shape_of
from aiev_agents.clients.settings import PRESETS, ModelSettings
from aiev_agents.messages import ChatRequest, Sampling

REQUEST = ChatRequest(model="m", turns=(("system", "S"), ("user", "U")), sampling=Sampling(temperature=0.5, seed=7))
KEYS = {"rename", "leave_out", "extra_body", "system_role", "alternate_roles", "stream"}


@pytest.mark.parametrize("name", presets())
def test_a_preset_names_its_source_and_nothing_that_settings_lack(name):
    given = presets()[name]
    assert given["source"].startswith("https://")
    settings = {key: value for key, value in given.items() if key not in {"source", "meaning"}}
    assert settings
    assert set(settings) <= KEYS
    assert shape_of(ModelSettings(preset=name)).body(REQUEST) == shape_of(ModelSettings(**settings)).body(REQUEST)


def test_every_preset_can_be_named_in_the_settings():
    assert list(presets()) == PRESETS


def test_settings_go_over_their_preset_and_endpoints_have_their_own():
    settings = ModelSettings(preset="qwen", extra_body={"enable_thinking": True}, leave_out=("seed",))
    body = shape_of(settings).body(REQUEST)
    assert body["enable_thinking"] is True
    assert "seed" not in body
    assert shape_of(settings, "mistral").rename == {"seed": "random_seed"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"preset": "opneai"}, "openai-reasoning"),
        ({"extra_body": {"stream": True}}, "model.stream"),
        ({"leave_out": ["messages"]}, "set by aiev"),
        ({"extra_headers": {"X-Api-Key": "sk-1"}}, r"\$VARIABLE"),
        ({"extra_headers": {"Authorization": "Basic x"}}, "environment variable"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(settings, words):
    with pytest.raises(ValidationError, match=words):
        ModelSettings(**settings)


def test_what_changes_replies_is_part_of_a_requests_hash_and_what_does_not_is_none():
    plain = ModelSettings(rename={"max_tokens": "max_completion_tokens"}, stream=True, allow_hosts=("x",))
    assert plain.decoding == ""
    assert "beside" not in REQUEST.canonical()["sampling"]
    changed = ModelSettings(extra_body={"enable_thinking": False}).decoding
    other = ChatRequest(model="m", turns=REQUEST.turns, sampling=REQUEST.sampling._replace(beside=changed))
    assert other.hash != REQUEST.hash
