"""Builds the model that plays the roles from the configuration.

Invariants: a model that cannot be had is one `SetupError` (or `ConfigError`) that says what was tried and what to do
next; keys are read from the environment here and handed to the client alone.
"""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiev.errors import ConfigError, SetupError
from aiev.setup.errors import as_setup_errors
from aiev.store.keys import keys_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiev.config.settings import Settings
    from aiev_agents.clients.body import GrammarField
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.clients.embedded import EmbeddedChatModel
    from aiev_agents.clients.openai import Endpoint
    from aiev_agents.clients.settings import EndpointSettings, ModelSettings
    from aiev_agents.clients.vllm.model import VllmChatModel


async def build_model(settings: Settings) -> ChatModel:
    """Start or connect the model that plays the roles.

    Raises:
        ConfigError: a setting that the backend needs is missing.
        SetupError: the weights are not there, or the server does not start.
    """
    config = settings.model
    with as_setup_errors():
        match config.backend:
            case "embedded":
                return await _embedded(config)
            case "openai":
                return _pooled(settings) if config.endpoints else _connected(settings)
            case "vllm":
                return await build_vllm(settings)
            case "scripted":
                from aiev_agents.clients.scripted import ScriptedChatModel

                return ScriptedChatModel.from_file(Path(config.script))


async def build_vllm(settings: Settings) -> VllmChatModel:
    """Start a vLLM server, or connect to the one at `model.base_url`.

    Raises:
        ModelError: there is none, or it does not answer.
    """
    from aiev_agents.clients.vllm.model import VllmChatModel

    if settings.model.base_url:
        return await VllmChatModel.attach(endpoint(settings))
    return await VllmChatModel.start(settings.vllm, settings.model)


def endpoint_figures(model: ChatModel) -> dict[str, Any]:
    """What each endpoint of the model has done so far, JSON-ready; nothing where there is only one."""
    from aiev_agents.clients.pool import PooledChatModel

    return {"endpoints": [asdict(each) for each in model.figures()]} if isinstance(model, PooledChatModel) else {}


def endpoint(settings: Settings, one: EndpointSettings | None = None) -> Endpoint:
    """The address, key and limits of the model's endpoint, or of `one` of several.

    Raises:
        ConfigError: the address is none, or holds credentials.
        SetupError: the key is not in the environment.
    """
    from aiev_agents.clients.openai import Endpoint
    from aiev_agents.clients.presets import shape_of

    config = settings.model
    base_url, setting = (one.base_url, "model.endpoints") if one else (config.base_url, "model.base_url")
    if not base_url.startswith(("http://", "https://")):
        raise ConfigError(
            f'{setting} = {base_url!r}: model.backend = "{config.backend}" needs an address such as '
            "http://127.0.0.1:8000/v1"
        )
    if "@" in urlsplit(base_url).netloc:
        raise ConfigError(
            f"{setting} holds credentials; put the key into an environment variable and its name into model.api_key_env"
        )
    key_env = config.api_key_env if one is None or one.api_key_env is None else one.api_key_env
    headers, secrets = _headers(config.extra_headers)
    return Endpoint(
        base_url=base_url,
        model=(one.name if one else "") or config.name,
        api_key=_key(key_env),
        key_env=key_env,
        headers=headers,
        other_secrets=[*secrets, *keys_named(settings.model_dump(mode="json"))],
        allow_hosts=config.allow_hosts,
        shape=shape_of(config, one.preset if one else ""),
        timeout_seconds=config.timeout_seconds,
        retry_seconds=config.retry_seconds,
        grammar_field=_grammar_field(config),
        rates=settings.rates,
    )


def _grammar_field(settings: ModelSettings) -> GrammarField:
    if not settings.grammar:
        return ""
    return "structured_outputs" if settings.backend == "vllm" else "grammar"


def _key(variable: str) -> str:
    key = os.environ.get(variable, "") if variable else ""
    if variable and not key:
        raise SetupError(
            f'no key: set the environment variable {variable}, or model.api_key_env to "" for an endpoint without keys'
        )
    return key


def _headers(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The headers, and those of their values that came from the environment."""
    variables = {name: value[1:] for name, value in given.items() if value.startswith("$")}
    for name, variable in variables.items():
        if not os.environ.get(variable):
            raise SetupError(f"no value for the header {name}: set the environment variable {variable}")
    read = {name: os.environ[variable] for name, variable in variables.items()}
    return {**given, **read}, list(read.values())


def _connected(settings: Settings) -> ChatModel:
    from aiev_agents.clients.openai import OpenAIChatModel

    return OpenAIChatModel(endpoint(settings))


def _pooled(settings: Settings) -> ChatModel:
    """All endpoints behind one name. Each tries once; going on to the next is the pool's business."""
    from aiev_agents.clients.openai import OpenAIChatModel
    from aiev_agents.clients.pool import PooledChatModel

    config = settings.model
    ends = [replace(endpoint(settings, one), retry_seconds=0.0) for one in config.endpoints]
    members = [(end.base_url, OpenAIChatModel(end)) for end in ends]
    return PooledChatModel(config.name, members, retry_seconds=config.retry_seconds)


async def _embedded(settings: ModelSettings) -> ChatModel:
    from aiev_agents.clients.weights import KNOWN, find_weights

    weights = find_weights(settings.name)
    if weights is None and settings.name in KNOWN:
        raise SetupError(f"the weights of {settings.name} are not here; run `aiev models fetch {settings.name}`")
    if weights is None:
        raise ConfigError(
            f"model.name = {settings.name!r} is neither a known model ({', '.join(KNOWN)}) nor the path of a GGUF file"
        )
    return await embedded_model(settings, weights, name=settings.name)


async def embedded_model(
    settings: ModelSettings, weights: Path, *, name: str, adapter: Path | None = None
) -> EmbeddedChatModel:
    """Start the embedded llama.cpp server for a GGUF file, with a LoRA adapter over it if one is given.

    Raises:
        SetupError: it does not start.
    """
    from aiev_agents.clients.embedded import EmbeddedChatModel

    with as_setup_errors():
        return await EmbeddedChatModel.start(weights, settings, name=name, adapter=adapter)
