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
from aiev.config.layers import load_config
from aiev.dataset.files.sink import PARTIAL, remove
from aiev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.dataset.export import Exported
    from aiev.store.reading.runs import RunReader

MANIFEST = "manifest.json"
_MADE_BY = "aiev"


@dataclass(frozen=True, slots=True)
class Manifest:
    """See the module."""

    rows: dict[str, int]
    funnel: dict[str, Any]
    counts: dict[str, dict[str, int]]
    judges: list[str]
    runs: list[dict[str, Any]]
    """Id, recipe, model, sandbox, version and prompts' hashes of each run."""
    settings: dict[str, Any]
    """Sections `split` and `export`."""
    tokens: dict[str, dict[str, int]]
    """By file, where the export was checked with a tokenizer."""
    command: str
    """What makes it again."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """SHA-256 and size in bytes, by name."""
    made_by: str = f"{_MADE_BY} {__version__}"

    @classmethod
    def of(cls, reader: RunReader, config: Config, result: Exported) -> Manifest:
        """The manifest of an export, without its files."""
        runs = {run.id: run for run in reader.runs()}
        public = config.public()
        funnel = result.funnel
        return cls(
            rows=result.rows,
            funnel={"taken": funnel.taken, "kept": funnel.kept, "dropped": dict(sorted(funnel.dropped.items()))},
            counts={name: dict(sorted(counter.items())) for name, counter in sorted(result.counts.items())},
            judges=result.judges,
            runs=[
                {
                    "id": name,
                    "recipe": runs[name].recipe,
                    "model": runs[name].model,
                    "interpreter": runs[name].interpreter,
                    "version": runs[name].version,
                    "prompts": runs[name].prompts,
                }
                for name in result.runs
            ],
            settings={section: public[section] for section in ("split", "export")},
            tokens=result.tokens,
            command=_command(config, result),
        )

    def hashed(self, out: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """SHA-256 and size of files; of a folder, those of each file in it."""
        found: dict[str, dict[str, Any]] = {}
        for name in sorted(names):
            path = out / name
            files = sorted(path.rglob("*")) if path.is_dir() else [path]
            for file in files:
                with file.open("rb") as opened:
                    digest = hashlib.file_digest(opened, "sha256").hexdigest()
                found[str(file.relative_to(out))] = {"sha256": digest, "bytes": file.stat().st_size}
        return found

    def as_json(self) -> str:
        """The manifest as a JSON document."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _command(config: Config, result: Exported) -> str:
    """The command line, with every setting that is not the default."""
    default, own = load_config().public(), config.public()
    settings = [
        shlex.quote(f"{section}.{key}={json.dumps(value, ensure_ascii=False)}")
        for section in ("split", "export")
        for key, value in own[section].items()
        if value != default[section][key]
    ]
    formats = [f"--format {name}" for name in result.formats]
    return " ".join(["aiev export DB --out DIR", *formats, *(f"--set {setting}" for setting in settings)])


def refuse_foreign(out: Path) -> None:
    """Pass when a folder is not there, is empty, or holds an export, be it one that was interrupted.

    Raises:
        UsageError: it holds something else, which an export must not touch.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder with --out")
    if not out.is_dir() or _read(out):
        return
    unknown = [path.relative_to(out) for path in out.rglob("*") if path.is_file() and PARTIAL not in str(path)]
    if unknown:
        raise UsageError(f"{out} holds {min(unknown)} and no export of aiev; name another folder with --out")


def begin_replacing(out: Path, names: Iterable[str]) -> None:
    """Remove what an earlier export wrote and this one does not.

    Until the new manifest comes, one without hashes says whose the folder is, so that a process that dies here leaves
    nothing that the next export would refuse.
    """
    keep = set(names)
    older = set(_read(out).get("files", {}))
    interim = {"made_by": f"{_MADE_BY} {__version__}", "files": {name: {} for name in sorted(older | keep)}}
    write_manifest(out, json.dumps(interim | {"complete": False}))
    for name in older:
        path = (out / name).resolve()
        if path.is_relative_to(out.resolve()) and not any(name == kept or name.startswith(f"{kept}/") for kept in keep):
            remove(path)
            _remove_empty(path.parent, out.resolve())


def write_manifest(out: Path, text: str) -> None:
    """Put a manifest in the place of the one that is there."""
    partial = out / f"{MANIFEST}{PARTIAL}"
    partial.write_text(text, encoding="utf-8")
    partial.replace(out / MANIFEST)


def _remove_empty(folder: Path, root: Path) -> None:
    """Remove a folder and those above it below the root, as far as nothing is in them."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _read(out: Path) -> dict[str, Any]:
    """An export's manifest, or nothing."""
    try:
        found = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    ours = isinstance(found, dict) and str(found.get("made_by", "")).startswith(_MADE_BY)
    return found if ours and isinstance(found.get("files"), dict) else {}
