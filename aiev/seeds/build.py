"""Builds a set of seeds: sources through filters into a file or a database, with a report of what became of it all.

Invariant: without a limit, memory does not depend on the size of the sources; a model is asked through the journal, so
a judgement that was paid for is never paid for again.
"""

from __future__ import annotations

import json
import time
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import SeedError
from aiev.seeds.evolve import Evolution
from aiev.seeds.filters.late import late_filters
from aiev.seeds.funnel import Funnel
from aiev.seeds.model_queries import ModelQueries
from aiev.seeds.select import named_sources, sample, select
from aiev.seeds.sources.tables import is_database
from aiev.seeds.worker import Plan
from aiev.seeds.writing import check_ending, open_writer
from aiev.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.config.layers import Config
    from aiev.store.records import SeedRecord
    from aiev_agents.clients.chat_model import ChatModel

_BATCH = 1000
JOURNAL = Path("aiev.db")


def build_seeds(
    config: Config,
    sources: Sequence[str],
    out: Path,
    *,
    report: Path | None = None,
    db: Path = JOURNAL,
    model: ChatModel | None = None,
) -> dict[str, Any]:
    """Build and write; returns the report.

    Args:
        config: all of it; `run.limit` and `run.seed` draw the sample.
        sources: what the user named; none takes the snippets that ship with aiev.
        out: where the seeds go; its ending says how.
        report: where the report goes as JSON, besides being returned.
        db: the journal of what a model is asked, by the judge and the evolver; nothing else is written there.
        model: answers in the place of the configured one.

    Raises:
        AievError: a source or a library is missing, or nothing is left.
    """
    started = time.monotonic()
    settings, named = config.settings, named_sources(sources)
    check_ending(out)
    plan = Plan(settings.seeds, settings.filters, settings.run.seed)
    funnel = Funnel(order=settings.seeds.applied_filters)
    with ModelQueries(settings, db, model, sources=named) as queries:
        late = late_filters(settings, queries, out if is_database(out) else Path())
        found = select(named, plan, late, funnel)
        seeds = iter(sample(found, settings.run.limit, settings.run.seed)) if settings.run.limit else found
        evolution = Evolution(queries, settings.evolve, seed=settings.run.seed, filters=late)
        written = _write(out, evolution.apply(seeds) if settings.evolve.rounds else seeds)
    if not written:
        raise SeedError(f"no seeds in {', '.join(named)}: {funnel.summary()}")
    made = funnel.as_dict() | {
        "sources": named,
        "out": str(out),
        "written": written,
        "seconds": round(time.monotonic() - started, 2),
    }
    made |= {"evolution": evolution.report()} if settings.evolve.rounds else {}
    if report:
        with whole_file(report, "--report") as file:
            file.write(json.dumps(made, indent=2) + "\n")
    return made


def _write(out: Path, seeds: Iterator[SeedRecord]) -> int:
    """Write seeds as they come; how many. Without any, no file is left."""
    first = list(islice(seeds, _BATCH))
    if not first:
        return 0
    written = 0
    with open_writer(out) as write:
        for batch in chain([first], iter(lambda: list(islice(seeds, _BATCH)), [])):
            write(batch)
            written += len(batch)
    return written
