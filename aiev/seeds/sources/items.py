"""What sources hand on: things to read or texts that are read already, and what had to be passed over.

Invariant: items are small or bounded by the settings, and picklable; whoever makes them opens no file that could block.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiev.seeds.extract.languages import PYTHON
from aiev.tables.row import Skipped


@dataclass(frozen=True, slots=True)
class FileItem:
    """A source file that a worker reads."""

    path: str
    origin: str
    """Relative to the given source."""
    root: str
    """Folder above which no licence is looked for, and outside of which no link is followed."""
    named: bool = False
    """Given by the user, not found in a folder."""
    language: str = ""
    """Taken where the extension names none; empty passes such a file over."""


@dataclass(frozen=True, slots=True)
class BlobItem:
    """A file in a git repository's history."""

    repository: str
    """Folder of the repository."""
    name: str
    """What it is called in a seed's provenance."""
    revision: str
    path: str
    blob: str
    size: int
    licence: str | None


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text to take snippets from, or (`whole`) one that is a snippet already."""

    text: str
    origin: str
    """Where it stands: a path relative to the given source, or `file:row`."""
    licence: str | None = None
    whole: bool = False
    kind: str = "function"
    name: str | None = None
    language: str = PYTHON
    repository: str = ""
    revision: str = ""
    blob: str = ""


Item = FileItem | BlobItem | SourceText | Skipped
