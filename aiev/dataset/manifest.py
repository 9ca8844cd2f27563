"""The manifest of a dataset: what it was made from, how, and the SHA-256 of each file.

Invariant: nothing in it depends on when or where the dataset was made, so equal datasets have equal manifests.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from aiev import __version__
from aiev.config.identity import public
from aiev.config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiev.dataset.exported import Exported
    from aiev.store.reading.runs import RunReader

MAKER = "aiev"
MADE_BY = f"{MAKER} {__version__}"
_SECTIONS = ("split", "export")
_OF_RUNS = ("id", "recipe", "model", "interpreter", "version", "prompts")


@dataclass(frozen=True, slots=True)
class Manifest:
    """See the module."""

    rows: dict[str, int]
    funnel: dict[str, Any]
    counts: dict[str, dict[str, int]]
    judges: list[str]
    runs: list[dict[str, Any]]
    """Id, recipe, model, sandbox, version and hashes of the prompts of each run."""
    settings: dict[str, Any]
    """Sections `split` and `export`."""
    tokens: dict[str, dict[str, int]]
    """By file, where the export was checked with a tokenizer."""
    command: str
    """Makes the dataset again."""
    untold: list[str]
    """Columns that no row has, since no dialogue of the database has anything to say in them."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """SHA-256 and size in bytes, by name."""
    made_by: str = MADE_BY

    @classmethod
    def of(cls, result: Exported, reader: RunReader, settings: Settings) -> Manifest:
        """The manifest of an export, without its files."""
        funnel, sections = result.funnel, public(settings)
        runs = sorted((run for run in reader.runs() if run.id in result.runs), key=lambda run: run.id)
        return cls(
            rows=result.rows,
            funnel={"taken": funnel.taken, "kept": funnel.kept, "dropped": dict(sorted(funnel.dropped.items()))},
            counts={name: dict(sorted(counter.items())) for name, counter in sorted(result.counts.items())},
            judges=result.judges,
            runs=[{name: getattr(run, name) for name in _OF_RUNS} for run in runs],
            settings={section: sections[section] for section in _SECTIONS},
            tokens=result.tokens,
            command=_command(sections, result.formats),
            untold=sorted(result.untold),
        )

    def as_json(self) -> str:
        """The manifest as a JSON document."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def file_hashes(out: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """SHA-256 and size of files in a folder; for a folder in it, those of each file in that."""
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(names):
        path = out / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            found[str(file.relative_to(out))] = {"sha256": digest, "bytes": file.stat().st_size}
    return found


def _command(sections: dict[str, Any], formats: Iterable[str]) -> str:
    """The command line, with every setting that is not the default."""
    default = public(Settings())
    words = [f"--format {name}" for name in formats]
    words += [
        f"--set {shlex.quote(f'{section}.{key}={json.dumps(value, ensure_ascii=False)}')}"
        for section in _SECTIONS
        for key, value in sections[section].items()
        if value != default[section][key]
    ]
    return " ".join(["aiev export DB --out DIR", *words])
