"""Reads seed sources: Python files, folders of them, and JSONL.

Invariant: what cannot be read is named in the funnel and passed over; only a source that does not exist is an error.
"""

from __future__ import annotations

import json
import os
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.errors import SeedError
from aiev.seeds.licences import Licences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiev.seeds.funnel import Funnel

MAX_FILE_BYTES = 2_000_000
_SKIPPED_FOLDERS = {"__pycache__", "site-packages", "node_modules", "test", "tests", "idle_test", "lib2to3"}
_CONTENT_KEYS = ("content", "code", "snippet", "seed", "text")


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text to take snippets from, or (`whole`) one that is a snippet already."""

    text: str
    origin: str
    """Where it stands: a path relative to the given source, or `file:line` of a JSONL row."""
    licence: str | None
    whole: bool = False
    kind: str = "function"
    name: str | None = None


def read_sources(sources: Sequence[Path], funnel: Funnel) -> Iterator[SourceText]:
    """Read all sources in order.

    Raises:
        SeedError: a source does not exist.
    """
    for source in sources:
        if source.is_dir():
            yield from _folder(source, funnel)
        elif not source.exists():
            raise SeedError(f"no such seed source: {source}; give a Python file, a folder or a .jsonl file")
        elif source.suffix == ".jsonl":
            yield from _jsonl(source, funnel)
        else:
            yield from _python(source, source.parent, Licences(source.parent), funnel)


def _folder(root: Path, funnel: Funnel) -> Iterator[SourceText]:
    """Python files below a folder, sorted; links to folders are not followed."""
    licences = Licences(root)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith("."))
        for file in sorted(files):
            if file.endswith(".py") and not file.startswith("test_"):
                yield from _python(root.__class__(folder) / file, root, licences, funnel)


def _python(path: Path, root: Path, licences: Licences, funnel: Funnel) -> Iterator[SourceText]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            funnel.skipped.append(f"{path}: larger than {MAX_FILE_BYTES} bytes")
            return
        with tokenize.open(path) as file:
            text = file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        funnel.skipped.append(f"{path}: {error}")
        return
    yield SourceText(text=text, origin=str(path.relative_to(root)), licence=licences.of(path, text))


def _jsonl(path: Path, funnel: Funnel) -> Iterator[SourceText]:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield from _row(line, f"{path.name}:{number}", funnel)
    except OSError as error:
        funnel.skipped.append(f"{path}: {error}")


def _row(line: str, origin: str, funnel: Funnel) -> Iterator[SourceText]:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        funnel.skipped.append(f"{origin}: not JSON: {error}")
        return
    content = next((row[key] for key in _CONTENT_KEYS if key in row), None) if isinstance(row, dict) else None
    if not isinstance(content, str) or not content.strip():
        funnel.skipped.append(f"{origin}: no field {', '.join(_CONTENT_KEYS)} with text in it")
        return
    yield SourceText(
        text=content,
        origin=str(row.get("source") or row.get("path") or origin),
        licence=row.get("licence") or row.get("license"),
        whole=True,
        kind=str(row.get("kind", "function")),
        name=row.get("name"),
    )
