"""What is present on this machine, and what to do about what is not.

Invariant: looks only; installs nothing, fetches nothing, and names no value of an environment variable.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev.config.layers import Config
    from aiev_agents.clients.settings import EndpointSettings

MIN_SQLITE = (3, 37, 0)
"""STRICT tables."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it is there, in what form, and what to do if not."""

    part: str
    present: bool
    detail: str
    advice: str = ""
    needed: bool = True


async def examine(config: Config) -> list[Finding]:
    """Look at everything that a run with this configuration would use."""
    return [_python(), _sqlite(), *await _sandboxes(config), await _model(config)]


def _python() -> Finding:
    return Finding("Python", present=True, detail=sys.version.split()[0])


def _sqlite() -> Finding:
    present = sqlite3.sqlite_version_info >= MIN_SQLITE
    return Finding("SQLite", present, sqlite3.sqlite_version, "" if present else "Python needs SQLite 3.37 or later")


async def _sandboxes(config: Config) -> list[Finding]:
    from aiev_interpreter.backends.open import probe

    wanted = config.settings.interpreter.backend
    docker, bubblewrap = await probe("docker"), await probe("bubblewrap")
    one_is_enough = wanted == "auto" and (docker.present or bubblewrap.present)
    return [
        Finding(
            name,
            it.present,
            it.detail,
            it.advice,
            needed=wanted in {"auto", name.lower()} and not one_is_enough,
        )
        for name, it in (("Docker", docker), ("bubblewrap", bubblewrap))
    ]


async def _model(config: Config) -> Finding:
    model = config.settings.model
    match model.backend:
        case "embedded":
            return _weights(model.name)
        case "openai" if model.endpoints:
            found = [await _endpoint(_only(config, one)) for one in model.endpoints]
            return next((finding for finding in found if not finding.present), found[0])
        case "openai":
            return await _endpoint(config)
        case "vllm" if model.base_url:
            return await _endpoint(config)
        case "vllm":
            return _vllm(config)
        case _:
            return Finding("model", present=bool(model.script), detail=f"scripted from {model.script or 'nothing'}")


def _only(config: Config, one: EndpointSettings) -> Config:
    """The configuration as if one of several endpoints were the only one."""
    model = config.settings.model
    key = model.api_key_env if one.api_key_env is None else one.api_key_env
    changed = {"base_url": one.base_url, "api_key_env": key, "name": one.name or model.name}
    return replace(config, settings=config.settings.model_copy(update={"model": model.model_copy(update=changed)}))


def _vllm(config: Config) -> Finding:
    from aiev_agents.clients.vllm.settings import VllmSettings
    from aiev_agents.errors import ModelUnavailable

    settings = VllmSettings(name=config.settings.model.name, command=config.settings.vllm.command)
    try:
        command = settings.command_line(0)
    except ModelUnavailable as error:
        what, _, advice = str(error).partition("; ")
        return Finding("model", present=False, detail=what, advice=advice)
    return Finding("model", present=True, detail=f"{settings.name} by {command[0]}")


def _weights(name: str) -> Finding:
    from aiev_agents.clients.weights import KNOWN, find_weights

    path = find_weights(name)
    if path:
        return Finding("model", present=True, detail=f"{name} at {path}")
    advice = f"run `aiev models fetch {name}`" if name in KNOWN else f"known: {', '.join(KNOWN)}, or a GGUF file's path"
    return Finding("model", present=False, detail=f"no weights of {name}", advice=advice)


async def _endpoint(config: Config) -> Finding:
    model = config.settings.model
    where = f"{model.name} at {model.base_url or '(no model.base_url)'}"
    if model.api_key_env and not os.environ.get(model.api_key_env):
        return Finding("model", present=False, detail=where, advice=f"set the environment variable {model.api_key_env}")
    if not model.base_url:
        return Finding("model", present=False, detail=where, advice="set model.base_url")
    from aiev_agents.clients.openai import list_models

    names, error = await list_models(model.base_url, os.environ.get(model.api_key_env) or "none")
    if error:
        return Finding(
            "model",
            present=False,
            detail=f"{where}: {error}",
            advice="start the server, or correct model.base_url",
        )
    if names and model.name not in names:
        return Finding("model", present=False, detail=where, advice=f"the endpoint offers {', '.join(names[:5])}")
    return Finding("model", present=True, detail=f"{where} answers")
