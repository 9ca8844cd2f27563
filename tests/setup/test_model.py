"""The model of a configuration, or one error that says what to do."""

import json

import pytest

from aiev.config.layers import load_config
from aiev.errors import ConfigError, SetupError
from aiev.setup.model import build_model, endpoint, endpoint_figures
from aiev_agents.clients.openai import OpenAIChatModel
from aiev_agents.clients.pool import PooledChatModel
from aiev_agents.clients.scripted import ScriptedChatModel

ADDRESS = "http://127.0.0.1:9/v1"
OPENAI = ("model.backend=openai", "model.name=m", f"model.base_url={ADDRESS}")
POOL = (
    "model.backend=openai",
    "model.name=m",
    "model.retry_seconds=7",
    f'model.endpoints=[{{base_url="{ADDRESS}", name="deep", api_key_env=""}}, {{base_url="{ADDRESS}2"}}]',
)


def settings(*assignments):
    return load_config([], assignments).settings


def test_an_endpoint_has_the_address_the_limits_and_the_key_of_the_environment(monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-mine")
    found = endpoint(settings(*OPENAI, "model.api_key_env=MY_KEY", "model.timeout_seconds=9", "model.retry_seconds=3"))
    assert (found.base_url, found.model, found.api_key) == (ADDRESS, "m", "sk-mine")
    assert (found.timeout_seconds, found.retry_seconds) == (9, 3)


def test_an_endpoint_without_keys_asks_the_environment_for_none(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-you")
    assert not endpoint(settings(*OPENAI, "model.api_key_env=")).api_key


def test_headers_take_secrets_from_the_environment_by_name(monkeypatch):
    monkeypatch.setenv("AZURE_KEY", "az-1")
    built = settings(*OPENAI, "model.api_key_env=", 'model.extra_headers={X-Title = "aiev", api-key = "$AZURE_KEY"}')
    found = endpoint(built)
    assert found.headers == {"X-Title": "aiev", "api-key": "az-1"}
    assert "az-1" in found.secrets
    assert "az-1" not in repr(found) + repr(built)
    assert built.model.secret_variables == ["AZURE_KEY"]
    monkeypatch.delenv("AZURE_KEY")
    with pytest.raises(SetupError, match="header api-key: set the environment variable AZURE_KEY"):
        endpoint(built)


def test_each_of_several_endpoints_may_have_a_preset_of_its_own():
    chosen = f'model.endpoints=[{{base_url="{ADDRESS}", preset="mistral"}}, {{base_url="{ADDRESS}"}}]'
    built = settings("model.backend=openai", "model.api_key_env=", "model.preset=qwen", chosen)
    one, other = (endpoint(built, each).shape for each in built.model.endpoints)
    assert (one.rename, one.extra_body) == ({"seed": "random_seed"}, {})
    assert other.extra_body == {"enable_thinking": False}


@pytest.mark.parametrize("value", [None, ""])
def test_a_key_that_is_missing_or_empty_names_its_variable(monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("MY_KEY", value)
    with pytest.raises(SetupError, match="set the environment variable MY_KEY"):
        endpoint(settings(*OPENAI, "model.api_key_env=MY_KEY"))


@pytest.mark.parametrize("address", ["", "127.0.0.1:8000", "ftp://x/v1", "file:///etc/passwd"])
def test_an_address_that_is_none_names_its_setting(address):
    with pytest.raises(ConfigError, match=r"^model\.base_url = .* needs an address such as http://"):
        endpoint(settings("model.backend=openai", f"model.base_url={address}", "model.api_key_env="))


@pytest.mark.parametrize("several", [False, True])
def test_an_address_with_credentials_is_refused_and_not_repeated(several):
    secret = "http://me:hunter2@127.0.0.1/v1"
    chosen = f'model.endpoints=[{{base_url="{secret}"}}]' if several else f"model.base_url={secret}"
    built = settings("model.backend=openai", "model.api_key_env=", chosen)
    with pytest.raises(ConfigError, match=r"model\.(base_url|endpoints) holds credentials") as caught:
        endpoint(built, *built.model.endpoints)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("assignments", "field"),
    [
        (("model.grammar=false",), ""),
        (("model.grammar=true",), "grammar"),
        (("model.grammar=true", "model.backend=vllm"), "structured_outputs"),
    ],
)
def test_a_grammar_is_sent_under_the_name_that_the_server_knows(assignments, field):
    assert endpoint(settings(*OPENAI, "model.api_key_env=", *assignments)).grammar_field == field


async def test_several_endpoints_are_one_model_that_keeps_their_names_and_keys(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-second")
    built = settings(*POOL)
    first, second = (endpoint(built, one) for one in built.model.endpoints)
    assert (first.model, first.api_key, second.model, second.api_key) == ("deep", "", "m", "sk-second")
    model = await build_model(built)
    assert isinstance(model, PooledChatModel)
    assert model.name == "m"
    figures = endpoint_figures(model)["endpoints"]
    assert [one["address"] for one in figures] == [ADDRESS, f"{ADDRESS}2"]
    assert json.loads(json.dumps(figures)) == figures
    await model.close()


async def test_one_endpoint_is_a_client_without_figures(monkeypatch):
    model = await build_model(settings(*OPENAI, "model.api_key_env="))
    assert isinstance(model, OpenAIChatModel)
    assert endpoint_figures(model) == {}
    await model.close()


async def test_a_scripted_model_reads_its_script_and_a_missing_one_is_one_setup_error(tmp_path):
    (tmp_path / "script.json").write_text('["one"]')
    model = await build_model(settings("model.backend=scripted", f"model.script={tmp_path}/script.json"))
    assert isinstance(model, ScriptedChatModel)
    with pytest.raises(SetupError, match=r"none\.json"):
        await build_model(settings("model.backend=scripted", "model.script=none.json"))


async def test_a_known_model_without_weights_says_how_to_fetch_them():
    with pytest.raises(SetupError, match=r"run `aiev models fetch qwen2\.5-coder-1\.5b-instruct`"):
        await build_model(settings())


async def test_a_model_that_nobody_knows_lists_those_there_are():
    with pytest.raises(ConfigError, match=r"model\.name = 'gpt-7' is neither a known model \(.*smollm2.*GGUF"):
        await build_model(settings("model.name=gpt-7"))


async def test_a_vllm_that_is_not_installed_is_one_setup_error(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SetupError, match=r"pip install 'aiev\[vllm\]'"):
        await build_model(settings("model.backend=vllm", "model.name=m"))
