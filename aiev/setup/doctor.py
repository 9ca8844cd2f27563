"""What is present on this machine, and what to do about what is not.

Invariant: installs nothing, fetches nothing, and shows no value of an environment variable.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev.errors import ConfigError, SetupError

if TYPE_CHECKING:
    from aiev.config.settings import Settings
    from aiev_agents.clients.settings import EndpointSettings, ModelSettings
    from aiev_interpreter.settings import InterpreterSettings

_SECONDS = 10.0
"""How long an endpoint may take to list its models."""
MIN_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of what a run needs."""

    part: str
    present: bool
    detail: str
    """Which version or model it is, or what was tried."""
    advice: str = ""
    """What to do when it is not present."""
    needed: bool = True
    """Whether a run with this configuration needs it."""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything that a run with these settings would use."""
    return [_python(), _sqlite(), *await _sandboxes(settings.interpreter), await _model(settings)]


def _python() -> Finding:
    return Finding("Python", present=True, detail=sys.version.split()[0])


def _sqlite() -> Finding:
    advice = "" if sqlite3.sqlite_version_info >= MIN_SQLITE else "use a Python with SQLite 3.37 or later"
    return Finding("SQLite", present=not advice, detail=sqlite3.sqlite_version, advice=advice)


async def _sandboxes(settings: InterpreterSettings) -> list[Finding]:
    from aiev_interpreter.backends.open import probe

    probes = {"Docker": await probe("docker", settings), "bubblewrap": await probe("bubblewrap")}
    either = settings.backend == "auto"
    one_is_there = any(found.present for found in probes.values())
    return [
        Finding(
            name,
            found.present,
            found.detail,
            found.advice,
            needed=not one_is_there if either else settings.backend == name.lower(),
        )
        for name, found in probes.items()
    ]


async def _model(settings: Settings) -> Finding:
    model = settings.model
    match model.backend:
        case "embedded":
            return _weights(model.name)
        case "openai" if model.endpoints:
            found = [await _endpoint(settings, _at(model, one)) for one in model.endpoints]
            return next((finding for finding in found if not finding.present), found[0])
        case "vllm" if not model.base_url:
            return _vllm(settings)
        case "openai" | "vllm":
            return await _endpoint(settings, model)
        case "scripted":
            return Finding("model", present=bool(model.script), detail=f"scripted from {model.script or 'nothing'}")


def _at(model: ModelSettings, one: EndpointSettings) -> ModelSettings:
    """The settings of a model that has this endpoint alone."""
    key = model.api_key_env if one.api_key_env is None else one.api_key_env
    return model.model_copy(
        update={"base_url": one.base_url, "api_key_env": key, "name": one.name or model.name, "endpoints": ()}
    )


def _vllm(settings: Settings) -> Finding:
    from aiev_agents.clients.vllm.command import command_line
    from aiev_agents.errors import ModelUnavailable

    name = settings.model.name
    try:
        command = command_line(settings.vllm, name, 0)
    except ModelUnavailable as error:
        what, _, advice = str(error).partition("; ")
        return _missing(what, advice)
    return Finding("model", present=True, detail=f"{name} by {command[0]}")


def _weights(name: str) -> Finding:
    from aiev_agents.clients.weights import KNOWN, find_weights

    if path := find_weights(name):
        return Finding("model", present=True, detail=f"{name} at {path}")
    known = f"known: {', '.join(KNOWN)}, or the path of a GGUF file"
    return _missing(f"no weights of {name}", f"run `aiev models fetch {name}`" if name in KNOWN else known)


async def _endpoint(settings: Settings, model: ModelSettings) -> Finding:
    from aiev.setup.model import endpoint
    from aiev_agents.clients.openai import list_models

    where = f"{model.name} at {model.base_url or '(no model.base_url)'}"
    if model.api_key_env and not os.environ.get(model.api_key_env):
        return _missing(where, f"set the environment variable {model.api_key_env}")
    if not model.base_url:
        return _missing(where, "set model.base_url")
    try:
        at = endpoint(settings.model_copy(update={"model": model}))
    except (ConfigError, SetupError) as error:
        return _missing(where, str(error))
    names, reason = await list_models(replace(at, timeout_seconds=_SECONDS))
    if reason:
        return _missing(f"{where}: {reason}", "start the server, or correct model.base_url")
    if names and model.name not in names:
        return _missing(where, f"the endpoint offers {', '.join(names[:5])}")
    return Finding("model", present=True, detail=f"{where} answers")


def _missing(detail: str, advice: str) -> Finding:
    return Finding("model", present=False, detail=detail, advice=advice)
