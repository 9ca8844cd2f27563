"""Reads seed sources: source files, folders of them, and JSONL.

Invariant: what cannot be read is named in the funnel and passed over; only a source that does not exist is an error.
"""

from __future__ import annotations

import json
import os
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.errors import SeedError
from aiev.seeds.languages import PYTHON, is_wanted, language_of
from aiev.seeds.licences import Licences
from aiev_agents.languages import LANGUAGES, canonical_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiev.seeds.funnel import Funnel

MAX_FILE_BYTES = 2_000_000
_SKIPPED_FOLDERS = {
    *("__pycache__", "site-packages", "node_modules", "test", "tests", "__tests__", "idle_test", "lib2to3"),
    *("vendor", "third_party", "target"),
}
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
    language: str = PYTHON


def read_sources(sources: Sequence[Path], funnel: Funnel) -> Iterator[SourceText]:
    """Read all sources in order.

    Raises:
        SeedError: a source does not exist.
    """
    for source in sources:
        if source.is_dir():
            yield from _folder(source, funnel)
        elif not source.exists():
            raise SeedError(f"no such seed source: {source}; give a source file, a folder or a .jsonl file")
        elif source.suffix == ".jsonl":
            yield from _jsonl(source, funnel)
        else:
            yield from _file(source, source.parent, Licences(source.parent), funnel)


def _folder(root: Path, funnel: Funnel) -> Iterator[SourceText]:
    """Source files below a folder, sorted; links to folders are not followed."""
    licences = Licences(root)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith("."))
        for file in sorted(files):
            if is_wanted(file):
                yield from _file(root.__class__(folder) / file, root, licences, funnel)


def _file(path: Path, root: Path, licences: Licences, funnel: Funnel) -> Iterator[SourceText]:
    """One source file; an extension that is none of ours is taken for Python."""
    language = language_of(path) or PYTHON
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            funnel.skipped.append(f"{path}: larger than {MAX_FILE_BYTES} bytes")
            return
        with tokenize.open(path) if language == PYTHON else path.open(encoding="utf-8") as file:
            text = file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        funnel.skipped.append(f"{path}: {error}")
        return
    origin, licence = str(path.relative_to(root)), licences.of(path, text)
    yield SourceText(text=text, origin=origin, licence=licence, language=language)


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
    named = str(row.get("language") or row.get("lang") or PYTHON)
    language = canonical_name(named)
    if language is None:
        funnel.skipped.append(f"{origin}: language {named!r} is none of {', '.join(LANGUAGES)}")
        return
    yield SourceText(
        text=content,
        origin=str(row.get("source") or row.get("path") or origin),
        licence=row.get("licence") or row.get("license"),
        whole=True,
        kind=str(row.get("kind", "function")),
        name=row.get("name"),
        language=language,
    )
