"""Selects seeds: sources through all filters, each seed once, and the sample that a run works on.

Invariants: seeds come in the order of the sources, and the funnel balances after the last one, or this is an error. The
sample depends on the seeds' content and the run's seed alone, not on the order of files. Memory depends on what the
late filters remember, not on the sources.
"""

from __future__ import annotations

import hashlib
import heapq
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import AievError, SeedError
from aiev.seeds.chunks import outcomes
from aiev.seeds.filters.exact_duplicates import ExactDuplicates
from aiev.seeds.filters.late import late_filters
from aiev.seeds.funnel import Funnel, apply_filters
from aiev.seeds.model_queries import ModelQueries
from aiev.seeds.snippet import PROBLEM
from aiev.seeds.sources.named import source_items
from aiev.seeds.worker import Plan, work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiev.config.layers import Config
    from aiev.seeds.filters.filter import Filter
    from aiev.seeds.snippet import Snippet
    from aiev.seeds.worker import Outcome
    from aiev.store.records import SeedRecord

LATE_BATCH = 512


@dataclass(frozen=True, slots=True)
class SeedSet:
    """The seeds of a run, in the order in which they are worked on."""

    seeds: tuple[SeedRecord, ...]
    funnel: Funnel


def select_seeds(config: Config, sources: Sequence[str], db: Path) -> SeedSet:
    """Select the seeds of a run and draw its sample, `run.limit` of them.

    Args:
        config: `seeds`, `filters` and `run` decide what comes out.
        sources: what the user named; none takes the shipped snippets.
        db: the run's database: near-duplicates of its seeds are dropped, and it holds the journal of a model that a
            filter asks; it need not exist.

    Raises:
        SeedError: a source does not exist, nothing is left, or a seed is no problem where `dialogue.ask` is off.
        AievError: see `select` and `late_filters`.
    """
    settings, named, funnel = config.settings, named_sources(sources), Funnel()
    plan = Plan(settings.seeds, settings.filters, settings.run.seed, judge_rows=False)
    with ModelQueries(settings, db, sources=named) as queries:
        found = select(named, plan, late_filters(settings, queries, db), funnel)
        chosen = sample(found, settings.run.limit, settings.run.seed)
    if not chosen:
        first = "".join(f"; {skipped}" for skipped in funnel.skipped[:1])
        raise SeedError(f"no seeds in {', '.join(named)}: {funnel.summary()}{first}")
    if not settings.dialogue.ask:
        _refuse_other_kinds(chosen)
    return SeedSet(tuple(chosen), funnel)


def _refuse_other_kinds(seeds: Iterable[SeedRecord]) -> None:
    """A function is no problem: its solution is in it."""
    other = next((seed for seed in seeds if seed.kind != PROBLEM), None)
    if other:
        raise SeedError(
            f"dialogue.ask=false takes each seed as a problem, and {other.source} is a {other.kind}; name a table of "
            "problems, with --set seeds.kind=problem"
        )


def named_sources(sources: Sequence[str]) -> list[str]:
    """The sources; without any, the file of the shipped snippets."""
    return list(sources) or [str(shipped_seeds())]


def shipped_seeds() -> Path:
    """The snippets that ship with aiev."""
    return Path(__file__).parent / "data" / "python_stdlib.jsonl"


def sample(candidates: Iterable[SeedRecord], limit: int, seed: int) -> list[SeedRecord]:
    """`limit` seeds (0: all) in an order that `seed` and their ids decide."""

    def rank(record: SeedRecord) -> str:
        return hashlib.sha256(f"{seed}:{record.id}".encode()).hexdigest()

    return heapq.nsmallest(limit, candidates, key=rank) if limit else sorted(candidates, key=rank)


def select(sources: Sequence[str], plan: Plan, late: Sequence[Filter], funnel: Funnel) -> Iterator[SeedRecord]:
    """Seeds that pass every filter, each once, in the order of the sources.

    Args:
        sources: what the user named; see `source_items`.
        plan: what decides which snippets come to the late filters.
        late: the filters from the first late one on, in order; `ExactDuplicates` is added when it is not among them.
        funnel: counts what becomes of everything.

    Raises:
        SeedError: a source does not exist.
        SetupError: something that a source or a filter needs is not installed.
        AievError: the funnel does not balance.
    """
    filters = late if any(isinstance(one, ExactDuplicates) for one in late) else [*late, ExactDuplicates()]
    found = outcomes(source_items(sources, plan.seeds), partial(work, plan), plan.seeds.workers)
    for batch in _batches(found, funnel):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in the workers
            kept = apply_filters(batch, filters, funnel)
        for snippet in kept:
            funnel.keep(snippet)
            yield snippet.record()
    if not funnel.holds:
        raise AievError(f"the funnel of seeds does not balance, which is a fault of aiev: {funnel.summary()}")


def _batches(found: Iterable[Outcome], funnel: Funnel) -> Iterator[list[Snippet]]:
    batch = list["Snippet"]()
    for outcome in found:
        funnel.add(outcome.funnel)
        batch += outcome.snippets
        while len(batch) >= LATE_BATCH:
            yield batch[:LATE_BATCH]
            del batch[:LATE_BATCH]
    if batch:
        yield batch
