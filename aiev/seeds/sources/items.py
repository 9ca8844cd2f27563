"""Items of a source: files to read, texts that are read already, rows that are snippets, and what was skipped.

Invariant: items are picklable, and small or bounded by the settings.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiev.seeds.snippet import Snippet
from aiev.tables.row import Skipped
from aiev_agents.languages import PYTHON


@dataclass(frozen=True, slots=True)
class FileItem:
    """A source file that a worker reads."""

    path: str
    origin: str
    """Relative to the given source."""
    root: str
    """Folder above which no licence is looked for, and outside of which no link is followed."""
    named: bool = False
    """Named by the user, not found in a folder."""
    language: str = ""
    """Used when the extension names none; without it such a file is skipped."""


@dataclass(frozen=True, slots=True)
class BlobItem:
    """A file in a git repository's history."""

    repository: str
    """Folder of the repository."""
    name: str
    """As the provenance of its seeds names it."""
    revision: str
    path: str
    blob: str
    size: int
    licence: str | None


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text to take snippets from."""

    text: str
    origin: str
    """A path relative to the given source, or `file:row`."""
    licence: str | None = None
    language: str = PYTHON
    repository: str = ""
    revision: str = ""
    blob: str = ""


Item = FileItem | BlobItem | SourceText | Snippet | Skipped
