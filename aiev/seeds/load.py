"""Loads the seeds of a run: sources, snippets, filters, sample.

Invariant: the sample depends on the seeds' content and the run's seed alone, not on the order of files; the same seed
never comes twice.
"""

from __future__ import annotations

import hashlib
import heapq
import random
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import SeedError
from aiev.seeds import filters
from aiev.seeds.extract import Snippet, documented_functions, random_snippets
from aiev.seeds.funnel import Funnel
from aiev.seeds.sources import SourceText, read_sources
from aiev.store.records import SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class SeedSet:
    """The seeds of a run, in the order in which they are worked on."""

    seeds: tuple[SeedRecord, ...]
    funnel: Funnel


def shipped_seeds() -> Path:
    """The snippets that ship with aiev."""
    return Path(__file__).parent / "data" / "python_stdlib.jsonl"


def load_seeds(
    sources: Sequence[Path],
    *,
    kind: str = "function",
    limit: int = 0,
    seed: int = 0,
    self_contained: bool = True,
    languages: Sequence[str] = (),
) -> SeedSet:
    """Load, filter and sample seeds.

    Args:
        sources: source files, folders or JSONL; none takes the shipped snippets.
        kind: `function` or `snippet`; rows of a JSONL file keep their own.
        limit: how many to take; 0 takes all.
        seed: draws the sample and the random snippets.
        self_contained: whether functions that need their module are dropped.
        languages: which to take; none takes all.

    Raises:
        SeedError: a source does not exist, or nothing is left.
    """
    funnel = Funnel()
    texts = (
        source
        for source in read_sources(sources or [shipped_seeds()], funnel)
        if not languages or source.language in languages
    )
    candidates = _kept(texts, kind, seed, self_contained=self_contained, funnel=funnel)

    def rank(record: SeedRecord) -> str:
        return hashlib.sha256(f"{seed}:{record.id}".encode()).hexdigest()

    chosen = heapq.nsmallest(limit, candidates, key=rank) if limit else sorted(candidates, key=rank)
    if not chosen:
        where = ", ".join(str(source) for source in sources)
        raise SeedError(f"no seeds in {where}: {funnel.summary()}")
    return SeedSet(tuple(chosen), funnel)


def _kept(
    texts: Iterable[SourceText], kind: str, seed: int, *, self_contained: bool, funnel: Funnel
) -> Iterator[SeedRecord]:
    """Seeds that pass every filter, each once."""
    applied = (*filters.BASIC, filters.self_contained) if self_contained else filters.BASIC
    seen: set[str] = set()
    for source in texts:
        for snippet in _snippets(source, kind, seed):
            reason = None if source.whole else _reason(snippet, applied)
            record = _record(snippet, source)
            if reason is None and record.id in seen:
                reason = "duplicate"
            if reason:
                funnel.drop(reason)
                continue
            seen.add(record.id)
            funnel.keep()
            yield record


def _reason(snippet: Snippet, applied: Sequence[filters.Filter]) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a snippet's own invalid escapes are not our users' business
        return next((reason for check in applied if (reason := check(snippet))), None)


def _snippets(source: SourceText, kind: str, seed: int) -> Iterator[Snippet]:
    if source.whole:
        yield Snippet(kind=source.kind, content=source.text, line=0, name=source.name, language=source.language)
    elif kind == "function":
        yield from documented_functions(source.text, source.language)
    else:
        digest = hashlib.sha256(f"{seed}:{source.text}".encode(errors="surrogatepass")).digest()
        rng = random.Random(digest)  # noqa: S311 - a sample, not a secret
        yield from random_snippets(source.text, rng, source.language)


def _record(snippet: Snippet, source: SourceText) -> SeedRecord:
    digest = hashlib.sha256(f"{snippet.kind}\0{snippet.language}\0{snippet.content}".encode(errors="surrogatepass"))
    return SeedRecord(
        id=digest.hexdigest()[:16],
        kind=snippet.kind,
        language=snippet.language,
        content=snippet.content,
        source=f"{source.origin}:{snippet.line}" if snippet.line else source.origin,
        licence=source.licence,
        name=snippet.name,
    )
