"""Builds the parts of a run from its configuration: the interpreter, the two agents; the model is in `models.py`.

Invariant: a part that cannot be had is one `SetupError` that says what was tried and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev_agents.messages import Sampling
from aiev_agents.roles.agent import Agent
from aiev_interpreter import InterpreterError, open_interpreter
from aiev_interpreter.backends.open import SandboxSettings
from aiev_interpreter.packages.install import InstallSettings
from aiev_interpreter.protocol import MIB, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev.config.settings import Settings
    from aiev_agents.clients.chat_model import ChatModel
    from aiev_agents.clients.rates import Rates
    from aiev_agents.clients.settings import RatesSettings
    from aiev_agents.roles.settings import RoleSettings
    from aiev_interpreter.protocol import Interpreter
    from aiev_interpreter.settings import InstallSettings as InstallSection
    from aiev_interpreter.settings import InterpreterSettings


def build_rates(config: RatesSettings) -> Rates:
    """How much an endpoint is asked, in the client's own terms."""
    from aiev_agents.clients.rates import Rates

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


def _install_settings(config: InstallSection) -> InstallSettings:
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


def _sandbox_settings(config: InterpreterSettings, languages: Iterable[str]) -> SandboxSettings:
    return SandboxSettings(
        base_image=config.base_image,
        languages=(*config.languages, *sorted(languages)),
        runtime=config.runtime,
        ready=config.ready,
        kept=config.kept,
        preload=config.preload,
    )


def build_agent(model: ChatModel, config: RoleSettings) -> Agent:
    """A role with its decoding settings."""
    return Agent(
        model=model,
        sampling=Sampling(temperature=config.temperature, top_p=config.top_p, max_tokens=config.max_tokens),
        constraint=config.constraint,
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
