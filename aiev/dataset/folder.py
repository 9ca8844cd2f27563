"""The folder of a dataset: whose it is.

Invariant: nothing is written. Not covered: how an export takes the place of an earlier one, see `replacement.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiev.dataset.files.sink import PARTIAL
from aiev.dataset.manifest import MAKER
from aiev.errors import UsageError

if TYPE_CHECKING:
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


def owned(out: Path) -> set[str]:
    """The paths in a folder that an export has written, or began to write."""
    return {*_manifest(out).get("files", {}), MANIFEST}


def _manifest(out: Path) -> dict[str, Any]:
    """The manifest of an export, or an empty one."""
    try:
        found = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    ours = isinstance(found, dict) and str(found.get("made_by", "")).startswith(MAKER)
    return found if ours and isinstance(found.get("files"), dict) else {}
