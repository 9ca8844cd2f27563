"""The dataset card: a README with the YAML header that a hub reads.

Invariant: everything in it is in the manifest, so it is as reproducible as the files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aiev.dataset.formats import SHAPES
from aiev.dataset.formats.shape import Column, without
from aiev.dataset.sample import UNKNOWN_LICENCE
from aiev.visible import visible

if TYPE_CHECKING:
    from aiev.dataset.manifest import Manifest

HUB_LICENCES = {
    "Apache-2.0": "apache-2.0",
    "MIT": "mit",
    "BSD-3-Clause": "bsd-3-clause",
    "BSD-2-Clause": "bsd-2-clause",
    "ISC": "isc",
    "MPL-2.0": "mpl-2.0",
    "LGPL-3.0-only": "lgpl-3.0",
    "GPL-3.0-only": "gpl-3.0",
    "Unlicense": "unlicense",
    "CC0-1.0": "cc0-1.0",
    UNKNOWN_LICENCE: "unknown",
}
"""Names of the hub for SPDX expressions; all others are `other` there."""
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_MESSAGE = {"role": "string", "content": "string"}
_SAID = {"from": "string", "value": "string"}
_TYPES: dict[Column, str | dict[str, str]] = {
    Column.TEXT: "string",
    Column.NUMBER: "int64",
    Column.REAL: "float64",
    Column.FLAG: "bool",
    Column.TEXTS: "string",
    Column.CHAT: _MESSAGE,
    Column.FLAGGED_CHAT: _MESSAGE | {"train": "bool"},
    Column.WEIGHTED_CHAT: _MESSAGE | {"weight": "int64"},
    Column.SHAREGPT: _SAID | {"train": "bool"},
    Column.SAID: _SAID,
}
"""Types of the hub; of lists, those of their items."""
_SINGLE = (Column.TEXT, Column.NUMBER, Column.REAL, Column.FLAG, Column.SAID)
_LOADABLE = (".jsonl", ".parquet")


def render_card(manifest: Manifest) -> str:
    """The card as Markdown."""
    environment = Environment(
        loader=PackageLoader("aiev.dataset", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, and every value of the header is written as JSON
    )
    environment.filters["cell"] = _cell
    environment.filters["quoted"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.get_template("card.md.j2").render(
        manifest=manifest,
        licences=_hub_licences(manifest.counts.get("licence", {})),
        size=_size(sum(manifest.counts.get("split", {}).values())),
        configs=(configs := _configs(manifest.rows)),
        features={name: _features(without(SHAPES[name].columns, manifest.untold)) for name in configs},
        shapes=SHAPES,
    )


def _hub_licences(counts: dict[str, int]) -> list[str]:
    return sorted({HUB_LICENCES.get(name, "other") for name in counts}) or ["unknown"]


def _size(dialogues: int) -> str:
    return next((name for limit, name in _SIZES if dialogues < limit), "1M<n<10M")


def _configs(rows: dict[str, int]) -> dict[str, dict[str, str]]:
    """Files that the hub can load, by shape and split; an empty file has no schema to infer."""
    found: dict[str, dict[str, str]] = {}
    for name, count in sorted(rows.items()):
        folder, _, file = name.partition("/")
        if file.endswith(_LOADABLE) and count:
            found.setdefault(folder, {})[file.partition(".")[0]] = name
    return found


def _features(columns: dict[str, Column]) -> list[dict[str, Any]]:
    """The types of a shape's columns in the hub's words, so that no reader guesses from a column that is empty."""
    found: list[dict[str, Any]] = []
    for name, column in columns.items():
        told = _TYPES[column]
        inner = told if isinstance(told, str) else [{"name": one, "dtype": kind} for one, kind in told.items()]
        key = "list" if column not in _SINGLE else "dtype" if isinstance(told, str) else "struct"
        found.append({"name": name, key: inner})
    return found


def _cell(value: Any) -> str:
    """A value in a table of Markdown: on one line, with nothing in it that ends the cell or begins mark-up."""
    text = " ".join(visible(str(value)).split())
    return "".join(f"\\{letter}" if letter in "|<>`*_[]\\" else letter for letter in text)
