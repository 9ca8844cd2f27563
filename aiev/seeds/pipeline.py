"""From sources to seeds: items, workers, late filters, and the ledger of what became of everything.

Invariants: seeds come in the order of the sources; the same seed (by its id) never comes twice; after the last one the
ledger balances, or this is an error. Memory depends on the late filters and on 100 bytes a seed, not on the sources.
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING

from aiev.errors import AievError
from aiev.seeds.extract import Snippet
from aiev.seeds.pool import outcomes
from aiev.seeds.sources import source_items
from aiev.seeds.verdicts import Drop
from aiev.seeds.worker import passed
from aiev.store.reading.texts import TextReader
from aiev.store.records import SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from aiev.seeds.funnel import Funnel
    from aiev.seeds.settings import Plan
    from aiev.seeds.verdicts import Filter
    from aiev.seeds.worker import Outcome

LATE_BATCH = 512
_ID_DIGITS = 16


def select(sources: Sequence[str], plan: Plan, late: Sequence[Filter], funnel: Funnel) -> Iterator[SeedRecord]:
    """Seeds that pass every filter, each once, in the order of the sources.

    Args:
        sources: what the user named; see `sources`.
        plan: what decides which snippets come out.
        late: the filters from the first late one on, in order; without one that knows ids, one is put at their end.
        funnel: counts what becomes of everything.

    Raises:
        SeedError: a source does not exist.
        SetupError: something that a source or a filter needs is not installed.
        AievError: the ledger does not balance.
    """
    filters = late if any(isinstance(one, OnlyOnce) for one in late) else [*late, OnlyOnce()]
    for batch in _batches(outcomes(source_items(sources, plan.source), plan), funnel):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in the workers
            kept = passed(batch, filters, funnel)
        for snippet in kept:
            funnel.keep(snippet)
            yield record_of(snippet)
    if not funnel.holds:
        raise AievError(f"the ledger of seeds does not balance, which is a fault of aiev: {funnel.summary()}")


def _batches(found: Iterable[Outcome], funnel: Funnel) -> Iterator[list[Snippet]]:
    batch = list[Snippet]()
    for outcome in found:
        funnel.add(outcome.funnel)
        batch += outcome.snippets
        while len(batch) >= LATE_BATCH:
            yield batch[:LATE_BATCH]
            del batch[:LATE_BATCH]
    if batch:
        yield batch


class OnlyOnce:
    """Drops a seed whose id came before: kind, language and text are the same, byte by byte."""

    name = "exact_duplicates"

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        answers = list[Drop | None]()
        for snippet in batch:
            key = int(seed_id(snippet), 16)
            answers.append(Drop("duplicate") if key in self._seen else None)
            self._seen.add(key)
        return answers


class ExceptKnown:
    """Lets seeds pass that are known by their ids, and asks another filter about the rest."""

    def __init__(self, judge: Filter, known: AbstractSet[str]) -> None:
        self.name = judge.name
        self._judge = judge
        self._known = known

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        asked = [snippet for snippet in batch if seed_id(snippet) not in self._known]
        answers = iter(self._judge.judge(asked) if asked else [])
        return [None if seed_id(snippet) in self._known else next(answers) for snippet in batch]


def seed_ids(db: Path) -> set[str]:
    """Ids of the seeds of a database.

    Raises:
        StoreError: it cannot be read.
    """
    with TextReader.open(db) as reader:
        return {seed.id for seed in reader.seeds()}


def seed_id(snippet: Snippet) -> str:
    """What names a seed for good: its kind, language and text."""
    digest = hashlib.sha256(f"{snippet.kind}\0{snippet.language}\0{snippet.content}".encode(errors="surrogatepass"))
    return digest.hexdigest()[:_ID_DIGITS]


def snippet_of(seed: SeedRecord) -> Snippet:
    """A stored seed as a snippet; its line stays in the path."""
    return Snippet(
        seed.kind,
        seed.content,
        0,
        name=seed.name,
        language=seed.language,
        path=seed.source,
        licence=seed.licence,
        repository=seed.repository,
        revision=seed.revision,
        blob=seed.blob,
        evolved_from=seed.evolved_from,
        heuristic=seed.heuristic,
    )


def record_of(snippet: Snippet) -> SeedRecord:
    """The stored form of a snippet."""
    return SeedRecord(
        id=seed_id(snippet),
        kind=snippet.kind,
        language=snippet.language,
        content=snippet.content,
        source=snippet.source,
        licence=snippet.licence,
        name=snippet.name,
        repository=snippet.repository,
        revision=snippet.revision,
        blob=snippet.blob,
        evolved_from=snippet.evolved_from,
        heuristic=snippet.heuristic,
    )
