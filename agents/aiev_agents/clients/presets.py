"""Shapes of bodies by name, and the shape that a configuration asks for.

Invariant: what the configuration says itself goes over its preset. Not covered: what is learnt from an endpoint
(`refusals.py`).

Source: `presets.toml` names one for each preset.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aiev_agents.clients.body import Shape

if TYPE_CHECKING:
    from aiev_agents.clients.settings import ModelSettings


@cache
def presets() -> dict[str, dict[str, Any]]:
    """Every preset by its name."""
    return tomllib.loads(files("aiev_agents.clients").joinpath("presets.toml").read_text(encoding="utf-8"))


def shape_of(model: ModelSettings, preset: str = "") -> Shape:
    """The shape that the settings ask for, over their preset or over the one given."""
    given = presets().get(preset or model.preset, {})
    return Shape(
        rename=given.get("rename", {}) | model.rename,
        leave_out=frozenset({*given.get("leave_out", ()), *model.leave_out}),
        extra_body=given.get("extra_body", {}) | model.extra_body,
        system_role=model.system_role or given.get("system_role", "system"),
        alternate_roles=model.alternate_roles or given.get("alternate_roles", False),
        stream=model.stream or given.get("stream", False),
        completion=model.api == "completion",
        owned=frozenset(model.extra_body),
    )
