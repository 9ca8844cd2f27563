"""Reads the items of sources, and passes over files that a filter would drop whole.

Invariant: each item is counted once, as read or under the reason why not. What is known by a file's path is told before
the file is opened.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.seeds.extract.languages import language_of
from aiev.seeds.filters.early import OF_FILES, early_filter
from aiev.seeds.filters.origin import is_test_path, why_generated
from aiev.seeds.snippet import Snippet
from aiev.seeds.sources.git import read_blobs
from aiev.seeds.sources.items import BlobItem, FileItem, SourceText
from aiev.seeds.sources.licences import Licences, own_licence
from aiev.seeds.sources.reading import decode, read_bounded
from aiev.tables.row import Skipped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from aiev.seeds.funnel import Funnel
    from aiev.seeds.settings import FiltersSettings, SeedsSettings
    from aiev.seeds.sources.items import Item


class ItemReader:
    """Reads items under one configuration."""

    def __init__(self, seeds: SeedsSettings, filters: FiltersSettings, applied: Collection[str]) -> None:
        """Take the settings and the names of the filters that apply; see `OF_FILES`."""
        self._max_bytes = seeds.max_file_bytes
        self._languages = frozenset(seeds.languages)
        self._applied = OF_FILES & set(applied)
        self._licence = early_filter("licence", filters).check

    def read(self, items: Sequence[Item], funnel: Funnel) -> Iterator[SourceText | Snippet]:
        """Texts to take snippets from, and rows that are snippets; the funnel counts the other items."""
        blobs = _contents(items)
        for item in items:
            found = self._found(item, blobs)
            if not isinstance(found, Skipped) and self._languages and found.language not in self._languages:
                found = Skipped("unwanted_language", "", is_fault=False)
            if isinstance(found, Skipped):
                funnel.skip(found)
            else:
                funnel.read += 1
                yield found

    def _found(self, item: Item, blobs: dict[tuple[str, str], bytes | None]) -> SourceText | Snippet | Skipped:
        match item:
            case FileItem():
                return self._file(item)
            case BlobItem():
                return self._blob(item, blobs[item.repository, item.blob])
            case SourceText():
                return self._wanted(item, is_named=False)
            case Snippet() | Skipped():
                return item

    def _file(self, item: FileItem) -> SourceText | Skipped:
        language = language_of(item.path) or item.language
        if early := self._by_path(item.origin, language, is_named=item.named):
            return early
        data = read_bounded(item.path, item.root, self._max_bytes)
        text = data if isinstance(data, Skipped) else decode(data, language, item.path)
        if isinstance(text, Skipped):
            return text
        found = _licences(item.root).of(item.path, text)
        return self._wanted(SourceText(text, item.origin, found, language=language), is_named=item.named)

    def _blob(self, item: BlobItem, data: bytes | None) -> SourceText | Skipped:
        language = language_of(item.path) or ""
        if early := self._by_path(item.path, language, is_named=False):
            return early
        where = f"{item.repository}: {item.path}"
        if data is None:
            return Skipped("unreadable", where, f"no object {item.blob}")
        text = decode(data, language, where)
        if isinstance(text, Skipped):
            return text
        found = SourceText(
            text,
            item.path,
            own_licence(text) or item.licence,
            language=language,
            repository=item.name,
            revision=item.revision,
            blob=item.blob,
        )
        return self._wanted(found, is_named=False)

    def _by_path(self, path: str, language: str, *, is_named: bool) -> Skipped | None:
        """What is known before a file is opened."""
        if self._languages and language not in self._languages:
            return Skipped("unwanted_language", path, is_fault=False)
        return self._test_file(path, is_named=is_named)

    def _test_file(self, path: str, *, is_named: bool) -> Skipped | None:
        if "test_files" in self._applied and not is_named and is_test_path(path):
            return Skipped("test_file", path, is_fault=False)
        return None

    def _wanted(self, text: SourceText, *, is_named: bool) -> SourceText | Skipped:
        """Apply the filters that judge whole files."""
        if skipped := self._test_file(text.origin, is_named=is_named):
            return skipped
        if "generated" in self._applied and (drop := why_generated(text.origin, text.text)):
            return Skipped(drop.reason, text.origin, drop.detail, is_fault=False)
        if "licence" in self._applied and (drop := self._licence(Snippet("file", "", licence=text.licence))):
            return Skipped(drop.reason, text.origin, drop.detail, is_fault=False)
        return text


def _contents(items: Sequence[Item]) -> dict[tuple[str, str], bytes | None]:
    """Contents by repository and blob."""
    blobs = [item for item in items if isinstance(item, BlobItem)]
    contents = dict[tuple[str, str], bytes | None]()
    for repository in {item.repository for item in blobs}:
        hashes = [item.blob for item in blobs if item.repository == repository]
        found = read_blobs(repository, hashes)
        contents |= {(repository, blob): data for blob, data in zip(hashes, found, strict=True)}
    return contents


@lru_cache(maxsize=16)
def _licences(root: str) -> Licences:
    return Licences(Path(root))
