"""The folder of a dataset: whose it is, and how an export replaces an earlier one.

Invariant: only files that a manifest of ours names are removed, and none outside of the folder.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiev.dataset.files.sink import PARTIAL, remove
from aiev.dataset.manifest import MADE_BY, MAKER
from aiev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MANIFEST = "manifest.json"


def refuse_foreign(out: Path) -> None:
    """Pass when a folder does not exist, is empty, or holds an export, even an interrupted one.

    Raises:
        UsageError: it holds something else, which an export must not touch.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder with --out")
    if not out.is_dir() or _manifest(out):
        return
    unknown = [path.relative_to(out) for path in out.rglob("*") if path.is_file() and PARTIAL not in str(path)]
    if unknown:
        raise UsageError(f"{out} holds {min(unknown)} and no export of aiev; name another folder with --out")


def begin_replacing(out: Path, names: Iterable[str]) -> None:
    """Remove what an earlier export wrote and this one does not.

    Until the new manifest is written, one without hashes marks the folder as ours, so that the next export does not
    refuse what a process that dies here leaves.
    """
    keep = set(names)
    older = set(_manifest(out).get("files", {}))
    interim = {"made_by": MADE_BY, "files": {name: {} for name in sorted(older | keep)}, "complete": False}
    write_manifest(out, json.dumps(interim))
    root = out.resolve()
    for name in older:
        path = (out / name).resolve()
        if path.is_relative_to(root) and not any(name == kept or name.startswith(f"{kept}/") for kept in keep):
            remove(path)
            _remove_empty(path.parent, root)


def write_manifest(out: Path, text: str) -> None:
    """Write the manifest, in place of an earlier one."""
    partial = out / f"{MANIFEST}{PARTIAL}"
    partial.write_text(text, encoding="utf-8")
    partial.replace(out / MANIFEST)


def _remove_empty(folder: Path, root: Path) -> None:
    """Remove a folder and those above it below the root, as far as they are empty."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _manifest(out: Path) -> dict[str, Any]:
    """The manifest of an export, or an empty one."""
    try:
        found = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    ours = isinstance(found, dict) and str(found.get("made_by", "")).startswith(MAKER)
    return found if ours and isinstance(found.get("files"), dict) else {}
