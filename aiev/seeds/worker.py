"""What a worker process does with a chunk of items: read, take snippets out, apply the early filters.

Invariant: `work` depends on its chunk and the plan alone; a chunk always gives the same outcome, in any process.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import signal
import threading
import warnings
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.seeds.extract import Snippet, documented_functions, random_snippets
from aiev.seeds.filters import OF_FILES, early_filters, split_names
from aiev.seeds.filters.facts import BATCH
from aiev.seeds.filters.origin import is_test_path, licence, why_generated
from aiev.seeds.funnel import Funnel
from aiev.seeds.languages import language_of
from aiev.seeds.licences import Licences, own_licence
from aiev.seeds.sources.git import read_blobs
from aiev.seeds.sources.items import BlobItem, FileItem, SourceText
from aiev.seeds.sources.reading import decode, read_bounded
from aiev.tables.row import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.seeds.settings import Plan
    from aiev.seeds.sources.items import Item
    from aiev.seeds.verdicts import Filter


@dataclass(slots=True)
class Outcome:
    """What came of a chunk: snippets that are still in, and the counts of the rest."""

    snippets: list[Snippet] = field(default_factory=list)
    funnel: Funnel = field(default_factory=Funnel)


class Worker:
    """The steps of one plan, made once for each process."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        early, _ = split_names(plan.filters)
        self._for_rows = early_filters(early, plan.limits)
        self._for_files = [one for one in self._for_rows if one.name not in OF_FILES]
        self._judged = OF_FILES & set(early)
        self._licence = licence(plan.limits.licences, unknown=plan.limits.unknown_licence)
        self._languages = frozenset(plan.source.languages)

    def work(self, chunk: Sequence[Item]) -> Outcome:
        """Everything up to the first late filter."""
        outcome = Outcome()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a snippet's own invalid escapes are not our users' business
            texts = list(self._texts(chunk, outcome.funnel))
            for whole in (False, True):
                found = [snippet for text in texts if text.whole is whole for snippet in self._snippets(text)]
                filters = (self._for_rows if self._plan.judge_rows else []) if whole else self._for_files
                outcome.snippets += judged(found, filters, outcome.funnel)
        return outcome

    def _texts(self, chunk: Sequence[Item], funnel: Funnel) -> Iterator[SourceText]:
        """Texts of a chunk that something can be taken out of; the others are counted."""
        blobs = dict[tuple[str, str], bytes | None]()
        for repository in sorted({item.repository for item in chunk if isinstance(item, BlobItem)}):
            hashes = [item.blob for item in chunk if isinstance(item, BlobItem) and item.repository == repository]
            blobs |= {
                (repository, blob): data for blob, data in zip(hashes, read_blobs(repository, hashes), strict=True)
            }
        for item in chunk:
            match item:
                case FileItem():
                    text = self._file(item)
                case BlobItem():
                    text = self._blob(item, blobs[item.repository, item.blob])
                case SourceText():
                    text = item if item.whole else self._wanted(item, is_named=False)
                case Skipped():
                    text = item
            if isinstance(text, SourceText) and self._languages and text.language not in self._languages:
                text = Skipped("unwanted_language", text.origin, is_fault=False)
            if isinstance(text, Skipped):
                funnel.skip(text)
            else:
                funnel.read += 1
                yield text

    def _file(self, item: FileItem) -> SourceText | Skipped:
        language = language_of(item.path) or item.language
        if early := self._by_path(item.origin, language, is_named=item.named):
            return early
        data = read_bounded(item.path, item.root, self._plan.source.max_file_bytes)
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
        if "test_files" in self._judged and not is_named and is_test_path(path):
            return Skipped("test_file", path, is_fault=False)
        return None

    def _wanted(self, text: SourceText, *, is_named: bool) -> SourceText | Skipped:
        """Apply the filters that judge whole files."""
        if "test_files" in self._judged and not is_named and is_test_path(text.origin):
            return Skipped("test_file", text.origin, is_fault=False)
        if "generated" in self._judged and (drop := why_generated(text.origin, text.text)):
            return Skipped(drop.reason, text.origin, drop.detail, is_fault=False)
        if "licence" in self._judged and (drop := self._licence(Snippet("file", "", 0, licence=text.licence))):
            return Skipped(drop.reason, text.origin, drop.detail, is_fault=False)
        return text

    def _snippets(self, text: SourceText) -> Iterator[Snippet]:
        for snippet in self._taken_out(text):
            yield replace(
                snippet,
                path=text.origin,
                licence=text.licence,
                repository=text.repository,
                revision=text.revision,
                blob=text.blob,
            )

    def _taken_out(self, text: SourceText) -> Iterator[Snippet]:
        source = self._plan.source
        if text.whole:
            yield Snippet(text.kind, text.text, 0, name=text.name, language=text.language)
        elif source.kind == "function":
            yield from documented_functions(text.text, text.language)
        else:
            digest = hashlib.sha256(f"{source.seed}:{text.text}".encode(errors="surrogatepass")).digest()
            rng = random.Random(digest)  # noqa: S311 - a sample, not a secret
            yield from random_snippets(text.text, rng, text.language)


def judged(snippets: list[Snippet], filters: Sequence[Filter], funnel: Funnel) -> list[Snippet]:
    """Snippets that pass every filter, in order; the others are counted. All of them are counted as taken."""
    for snippet in snippets:
        funnel.take(snippet)
    parts = (snippets[start : start + BATCH] for start in range(0, len(snippets), BATCH))
    return [snippet for part in parts for snippet in passed(part, filters, funnel)]


def passed(snippets: list[Snippet], filters: Sequence[Filter], funnel: Funnel) -> list[Snippet]:
    """The same for snippets that are counted as taken already."""
    for one in filters:
        answers = one.judge(snippets)
        for drop in answers:
            if drop is not None:
                funnel.drop(drop, one.name)
        snippets = [snippet for snippet, drop in zip(snippets, answers, strict=True) if drop is None]
    return snippets


@lru_cache(maxsize=16)
def _licences(root: str) -> Licences:
    return Licences(Path(root))


_worker: Worker | None = None


def begin(plan: Plan) -> None:
    """Make this process a worker, which ends with the main process. Ctrl-C is that one's business."""
    global _worker  # noqa: PLW0603 - one plan for the whole life of a worker process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = Worker(plan)


def _end_with_parent() -> None:
    """End when the main process has, kill -9 included: nothing else would tell a worker that waits for a chunk."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def work(chunk: Sequence[Item]) -> Outcome:
    """Work on a chunk in a worker process."""
    if _worker is None:
        raise RuntimeError("begin() was not called in this process")
    return _worker.work(chunk)
