"""What a user names as a source, as a stream of items.

Invariant: only a source that does not exist, or cannot be opened at all, is an error; a fault inside a source is an
item that says so.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import SeedError, SetupError
from aiev.seeds.sources import git
from aiev.seeds.sources.columns import named_columns
from aiev.seeds.sources.files import file_item, folder_items
from aiev.seeds.sources.tables import HUB_PREFIX, STDIN, hub_items, is_table, stdin_items, table_items
from aiev.tables.row import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.seeds.settings import SeedsSettings
    from aiev.seeds.sources.items import Item


def source_items(sources: Sequence[str], settings: SeedsSettings) -> Iterator[Item]:
    """All sources in order.

    Raises:
        ConfigError: `settings.columns` names what no row has.
        SeedError: a source does not exist.
        SetupError: a source needs a library or a program that is not installed.
    """
    named_columns(settings.columns)
    for source in sources:
        yield from _items(source, settings)


def _items(source: str, settings: SeedsSettings) -> Iterator[Item]:
    if source == STDIN:
        return stdin_items(settings)
    if source.startswith(HUB_PREFIX):
        return hub_items(source.removeprefix(HUB_PREFIX), settings)
    if source.startswith(git.PREFIX):
        return _repository(source.removeprefix(git.PREFIX), settings)
    path = Path(source)
    if not path.exists() and not path.is_symlink():
        raise SeedError(
            f"no such seed source: {source}; give a source file, a folder, a git repository, a .jsonl, .json, .csv or "
            f".parquet file, a database, {HUB_PREFIX}NAME or {STDIN}"
        )
    if path.is_dir():
        if git.is_repository(path) and shutil.which("git") and git.has_commit(path):
            return git.repository_items(path, "HEAD", settings)
        return folder_items(path, settings)
    if is_table(path):
        return table_items(path, path.name, settings)
    if not path.is_file():
        return iter([Skipped("not_a_file", source, "a pipe, a device or a broken link")])
    return iter([file_item(path, settings)])


def _repository(named: str, settings: SeedsSettings) -> Iterator[Item]:
    """`git:PATH` or `git:PATH@REVISION`."""
    path, at, revision = named.rpartition("@")
    folder = Path(path if at and not Path(named).exists() else named)
    if not shutil.which("git"):
        raise SetupError(
            f"{git.PREFIX}{named}: the program git is not installed; install it, or give the folder itself"
        )
    if not folder.is_dir() or not git.is_repository(folder):
        raise SeedError(f"no git repository at {folder}; give the top of a work tree, or a bare repository")
    return git.repository_items(folder, revision if at and folder == Path(path) else "HEAD", settings)
