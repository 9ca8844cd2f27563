"""Loads the seeds of a run: sources, snippets, filters, sample.

Invariant: the sample depends on the seeds' content and the run's seed alone, not on the order of files; the same seed
never comes twice.
"""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import SeedError
from aiev.seeds.funnel import Funnel
from aiev.seeds.pipeline import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiev.seeds.settings import Plan
    from aiev.seeds.verdicts import Filter
    from aiev.store.records import SeedRecord


@dataclass(frozen=True, slots=True)
class SeedSet:
    """The seeds of a run, in the order in which they are worked on."""

    seeds: tuple[SeedRecord, ...]
    funnel: Funnel


def shipped_seeds() -> Path:
    """The snippets that ship with aiev."""
    return Path(__file__).parent / "data" / "python_stdlib.jsonl"


def load_seeds(sources: Sequence[str], plan: Plan, *, late: Sequence[Filter] = (), limit: int = 0) -> SeedSet:
    """Load, filter and sample seeds.

    Args:
        sources: what the user named; none takes the shipped snippets.
        plan: what decides which snippets come out; its seed draws the sample.
        late: the filters from the first late one on.
        limit: how many to take; 0 takes all.

    Raises:
        SeedError: a source does not exist, or nothing is left.
    """
    funnel = Funnel()
    candidates = select(sources or [str(shipped_seeds())], plan, late, funnel)
    chosen = sample(candidates, limit, plan.source.seed)
    if not chosen:
        raise SeedError(f"no seeds in {', '.join(sources)}: {funnel.summary()}")
    return SeedSet(tuple(chosen), funnel)


def sample(candidates: Iterable[SeedRecord], limit: int, seed: int) -> list[SeedRecord]:
    """`limit` seeds (0: all) in an order that `seed` draws and their ids alone decide."""

    def rank(record: SeedRecord) -> str:
        return hashlib.sha256(f"{seed}:{record.id}".encode()).hexdigest()

    return heapq.nsmallest(limit, candidates, key=rank) if limit else sorted(candidates, key=rank)
