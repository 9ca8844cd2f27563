"""Source files and folders of them.

Invariant: a folder's files come in sorted order; links to folders are not followed, so a loop of them ends. Only a
source that does not exist is an error.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.seeds.extract.languages import language_of
from aiev.seeds.sources.items import FileItem
from aiev.seeds.sources.reading import assumed_language
from aiev.seeds.sources.tables import table_items
from aiev.tables.row import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.seeds.settings import SeedsSettings
    from aiev.seeds.sources.items import Item

SKIPPED_FOLDERS = {
    *("__pycache__", "site-packages", "node_modules", "lib2to3"),
    *("vendor", "third_party", "target"),
}
_TABLES = (".parquet",)
"""Tables that are read wherever they are found; a JSONL file in a folder may be anything, so it must be named."""


def folder_items(root: Path, settings: SeedsSettings) -> Iterator[Item]:
    """Source files below a folder, sorted."""

    def failed(error: OSError) -> None:
        failures.append(Skipped("unreadable", str(error.filename), error.strerror or str(error)))

    failures: list[Skipped] = []
    for folder, folders, files in os.walk(root, onerror=failed):
        yield from failures
        failures.clear()
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith("."))
        relative = os.path.relpath(folder, root)
        prefix = "" if relative == "." else f"{relative}/"
        for name in sorted(files):
            if language_of(name) is not None:
                yield FileItem(path=f"{folder}/{name}", origin=prefix + name, root=str(root))
            elif name.endswith(_TABLES):
                yield from table_items(Path(folder) / name, prefix + name, settings)
            else:
                yield Skipped("not_source", prefix + name, is_fault=False)
    yield from failures


def file_item(path: Path, settings: SeedsSettings) -> FileItem:
    """A file that the user names."""
    language = assumed_language(settings)
    return FileItem(str(path), path.name, str(path.parent), named=True, language=language)
