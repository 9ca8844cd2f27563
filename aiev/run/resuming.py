"""Which seeds a run has not finished yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.run.progress import Before

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.run.progress import Progress
    from aiev.store.reading.runs import RunReader
    from aiev.store.records import SeedRecord


def unfinished(seeds: Sequence[SeedRecord], run_id: str, reader: RunReader, progress: Progress) -> Iterator[SeedRecord]:
    """The seeds that a run has not finished, with what its earlier starts came to in `progress`."""
    finished = reader.finished_seeds(run_id)
    progress.already = sum(seed.id in finished for seed in seeds)
    progress.total = len(seeds) - progress.already
    spent, accepted = reader.spent(run_id), reader.counts(run_id).statuses["accepted"]
    progress.before = Before(accepted, spent.requests, spent.tokens, spent.cost, spent.unpriced)
    return (seed for seed in seeds if seed.id not in finished)
