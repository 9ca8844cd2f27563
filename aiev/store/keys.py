"""The keys in use: values of the environment variables that a setting, or a run in a database, names.

Invariants: a connection that is shielded gives out no text with such a key in it; no key is kept in a file or shown.
Not covered: keys of runs in other files, and those that are not in the environment any more.
"""

from __future__ import annotations

import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any

from aiev_agents.keys import telling, without_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS = ("HF_TOKEN",)
"""Read without a setting that names it: `aiev export --push`."""


def keys_named(*configurations: Any) -> tuple[str, ...]:
    """The keys whose variables these settings, as JSON-ready data, name."""
    names = {*ALWAYS, *(name for each in configurations for name in _variables(each))}
    return telling(os.environ.get(name, "") for name in names)


def shield(connection: sqlite3.Connection) -> None:
    """Have a connection to a database put a mark in the place of each key that its runs have used."""
    try:
        stored = [json.loads(config) for (config,) in connection.execute("select distinct config from runs")]
    except (sqlite3.Error, ValueError):
        stored = []
    if keys := keys_named(*stored):
        connection.text_factory = lambda raw: without_keys(raw.decode(errors="replace"), keys)


def _variables(value: Any, key: str = "") -> Iterator[str]:
    """Names of variables: values of `..._env`, and `$NAME`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _variables(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _variables(inner, key)
    elif isinstance(value, str) and value:
        if key.endswith("_env"):
            yield value
        elif value.startswith("$"):
            yield value[1:]
