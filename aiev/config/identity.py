"""The identity of a configuration: the fingerprint of what shapes a dialogue, and the values that may be shown.

A key shapes a dialogue unless the metadata of its field or section says `shapes_dialogue` false. A key or section added
after aiev 0.1.0 carries `since`, the version that added it, and is left out while its value is what earlier versions
did: the default, or the value that the metadata calls `before`. So a run which began without it resumes. A key that is
older than its default carries `before` alone, and its default counts as that value.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

_CREDENTIALS = re.compile(r"//[^/@\s\"]+@")


def fingerprint(settings: BaseModel) -> str:
    """SHA-256 over all values that shape a dialogue, as 64 hexadecimal digits.

    Args:
        settings: a model whose fields are sections, each a model of keys.
    """
    table = {
        name: section.model_dump(mode="json", include=keys) | _earlier(section)
        for name, section in settings
        if (keys := _shaping(section)) or not section.model_config.get("json_schema_extra")
    }
    return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()


def public(settings: BaseModel) -> dict[str, Any]:
    """All values as JSON-ready data, fit to be stored and shown: no address keeps its credentials."""
    text = json.dumps(settings.model_dump(mode="json"))
    shown: dict[str, Any] = json.loads(_CREDENTIALS.sub("//***@", text))
    return shown


def _shaping(section: BaseModel) -> set[str]:
    """The keys of a section that belong to the fingerprint."""
    keys = set()
    for key, field in type(section).model_fields.items():
        metadata = _merged(section.model_config.get("json_schema_extra"), field.json_schema_extra)
        before = metadata.get("before", field.get_default())
        unknown_to_old_runs = "since" in metadata and getattr(section, key) == before
        if metadata.get("shapes_dialogue", True) and not unknown_to_old_runs:
            keys.add(key)
    return keys


def _earlier(section: BaseModel) -> dict[str, Any]:
    """What the defaults of keys that are older than their default were before."""
    found = {}
    for key, field in type(section).model_fields.items():
        metadata = _merged(section.model_config.get("json_schema_extra"), field.json_schema_extra)
        if "before" in metadata and "since" not in metadata and getattr(section, key) == field.get_default():
            found[key] = metadata["before"]
    return found


def _merged(*extras: Any) -> dict[str, Any]:
    return {name: value for extra in extras if isinstance(extra, dict) for name, value in extra.items()}
