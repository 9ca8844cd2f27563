"""Builds the parts of a run from its configuration: the model, the interpreter, the two agents.

Invariant: a part that cannot be had is one `SetupError` that says what was tried and what to do next; keys are read
from the environment here and handed to the client alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiev.errors import ConfigError, SetupError
from aiev_agents.agent import Agent
from aiev_agents.errors import ModelError
from aiev_agents.grammar import Constraint
from aiev_agents.messages import Sampling
from aiev_interpreter import InterpreterError, open_interpreter
from aiev_interpreter.install import InstallSettings
from aiev_interpreter.open import SandboxSettings
from aiev_interpreter.protocol import MIB, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev.config import InstallConfig, InterpreterConfig, ModelConfig, RatesConfig, RoleConfig, Settings
    from aiev_agents.chat_model import ChatModel
    from aiev_agents.rates import Rates
    from aiev_interpreter.protocol import Interpreter


async def build_model(settings: Settings) -> ChatModel:
    """Start or connect the model that plays the roles.

    Raises:
        ConfigError: a setting that the backend needs is missing.
        SetupError: the weights are not there, or the server does not start.
    """
    config = settings.model
    try:
        match config.backend:
            case "embedded":
                return await _embedded(config)
            case "openai":
                return _endpoint(config, settings.rates)
            case "scripted":
                from aiev_agents.scripted import ScriptedChatModel  # noqa: PLC0415 - only where it is asked for

                return ScriptedChatModel.from_file(Path(config.script))
    except ModelError as error:
        raise SetupError(str(error)) from None


async def _embedded(config: ModelConfig) -> ChatModel:
    from aiev_agents.embedded import EmbeddedChatModel  # noqa: PLC0415 - openai takes a second to import
    from aiev_agents.weights import KNOWN, find_weights  # noqa: PLC0415

    weights = find_weights(config.name)
    if weights is None and config.name in KNOWN:
        raise SetupError(f"the weights of {config.name} are not here; run `aiev models fetch {config.name}`")
    if weights is None:
        raise ConfigError(
            f"model.name = {config.name!r} is neither a known model ({', '.join(KNOWN)}) nor the path of a GGUF file"
        )
    return await EmbeddedChatModel.start(
        weights,
        name=config.name,
        parallel=config.parallel,
        context_tokens=config.context_tokens,
        threads=config.threads,
        timeout_seconds=config.timeout_seconds,
    )


def _endpoint(config: ModelConfig, rates: RatesConfig) -> ChatModel:
    from aiev_agents.openai_model import Endpoint, OpenAIChatModel  # noqa: PLC0415 - openai takes a second to import

    if not config.base_url.startswith(("http://", "https://")):
        raise ConfigError(
            f'model.base_url = {config.base_url!r}: model.backend = "openai" needs an address such as '
            "http://127.0.0.1:8000/v1"
        )
    if "@" in urlsplit(config.base_url).netloc:
        raise ConfigError(
            "model.base_url holds credentials; put the key into an environment variable and its name into "
            "model.api_key_env"
        )
    key = os.environ.get(config.api_key_env) if config.api_key_env else "none"
    if not key:
        raise SetupError(
            f'no key: set the environment variable {config.api_key_env}, or model.api_key_env to "" for an '
            "endpoint without keys"
        )
    return OpenAIChatModel(
        Endpoint(
            base_url=config.base_url,
            model=config.name,
            api_key=key,
            timeout_seconds=config.timeout_seconds,
            retry_seconds=config.retry_seconds,
            grammar=config.grammar,
            rates=build_rates(rates),
        )
    )


def build_rates(config: RatesConfig) -> Rates:
    """How much an endpoint is asked, in the client's own terms."""
    from aiev_agents.rates import Rates  # noqa: PLC0415 - only where there is an endpoint

    return Rates(
        requests_per_minute=config.requests_per_minute,
        tokens_per_minute=config.tokens_per_minute,
        from_headers=config.from_headers,
        in_flight=config.in_flight,
        adaptive=config.adaptive,
    )


async def build_interpreter(settings: Settings, languages: Iterable[str] = (), *, run_id: str) -> Interpreter:
    """Open the sandbox that the configuration asks for, with the tools of these languages.

    Raises:
        SetupError: neither Docker nor bubblewrap works here.
    """
    try:
        return await open_interpreter(
            settings.interpreter.backend,
            run_id=run_id,
            install=_install_settings(settings.install),
            settings=_sandbox_settings(settings.interpreter, languages),
        )
    except InterpreterError as error:
        raise SetupError(str(error)) from None


def _install_settings(config: InstallConfig) -> InstallSettings:
    return InstallSettings(
        index_url=config.index_url or None,
        extra_index_url=config.extra_index_url or None,
        ca_bundle=config.ca_bundle or None,
        proxy=config.proxy or None,
        allow=config.allow,
        deny=config.deny,
        allow_source=config.allow_source,
        from_imports=config.enabled and config.from_imports,
    )


def _sandbox_settings(config: InterpreterConfig, languages: Iterable[str]) -> SandboxSettings:
    return SandboxSettings(
        base_image=config.base_image,
        languages=(*config.languages, *sorted(languages)),
        runtime=config.runtime,
        ready=config.ready,
        kept=config.kept,
        preload=config.preload,
    )


def build_agent(model: ChatModel, config: RoleConfig) -> Agent:
    """A role with its decoding settings."""
    return Agent(
        model=model,
        sampling=Sampling(temperature=config.temperature, top_p=config.top_p, max_tokens=config.max_tokens),
        constraint=Constraint(config.constraint),
    )


def build_limits(settings: Settings) -> Limits:
    """The interpreter's limits in its own units."""
    config, install = settings.interpreter, settings.install
    return Limits(
        wall_seconds=config.wall_seconds,
        cpu_seconds=config.cpu_seconds,
        memory_bytes=config.memory_mib * MIB,
        processes=config.processes,
        output_bytes=config.output_kib * 1024,
        disk_bytes=config.disk_mib * MIB,
        install_seconds=install.seconds,
        install_bytes=install.mib * MIB,
    )
