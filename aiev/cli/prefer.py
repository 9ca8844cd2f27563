"""`aiev prefer`: preference pairs from programs and tests that judge each other."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.exits import INTERRUPTED
from aiev.cli.options import AS_JSON, AT_LEAST_1, DATABASE, LANGUAGE, LIMIT, SOURCES, configured, limited, setting
from aiev.cli.printing import show

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command()
@SOURCES
@DATABASE
@LIMIT
@LANGUAGE
@click.option("--from-runs", is_flag=True, help="Judge what the runs of --db have written already; asks no model.")
@setting("--programs", "prefer.programs", type=click.IntRange(min=2), help="Programs for each problem.")
@setting("--tests", "prefer.tests", type=AT_LEAST_1, help="Sets of tests for each problem.")
@setting(
    "--scorer",
    "prefer.scorer",
    type=click.Choice(["codedpo", "pass_count", "all_pass", "codet", "b4", "aces"]),
    help="How programs are scored.",
)
@limited("problems with pairs")
@configured
@AS_JSON
def prefer(sources: tuple[str, ...], db: Path, from_runs: bool, config: Config, as_json: bool) -> None:
    """Make pairs of a better and a worse program from SOURCES.

    Many programs and many sets of tests are written for each problem, every program runs against every test, and each
    side weighs the other (CodeDPO). SOURCES are snippets, or problems with --set seeds.kind=problem. `--config codedpo`
    has the paper's numbers, `--config codedpo-small` some for a machine without a GPU. The same command resumes the
    run.
    """
    from aiev.cli.live import run_live
    from aiev.recipes.codedpo import Preferring
    from aiev.recipes.prefer_runs import PreferringRuns
    from aiev.seeds.select import select_seeds
    from aiev.store.reading.preference import PreferenceReader
    from aiev.store.reading.read_only import ReadOnly
    from aiev.telemetry.open import observers_of
    from aiev.view.terminal.preference import PreferenceSummary

    if from_runs and sources:
        raise click.UsageError("--from-runs takes what --db has, and no SOURCES; leave one of them out")
    found = ""
    with observers_of(config.settings) as observers:
        if from_runs:
            ReadOnly(db).close()  # a missing or foreign file is refused before anything starts
            start: Preferring | PreferringRuns = PreferringRuns(config, db)
        else:
            seeds = select_seeds(config, sources or config.settings.seeds.sources, db)
            found = seeds.funnel.summary()
            start = Preferring(config, seeds.seeds, db, observers=observers)
        result, interrupted = asyncio.run(run_live(start, quiet=as_json))
    with PreferenceReader.open(db) as reader:
        counts = reader.counts(None if from_runs else result.run_id)
    reasons = start.reasons if isinstance(start, PreferringRuns) else counts.reasons
    summary = PreferenceSummary(result, db, found, counts, reasons, interrupted=interrupted)
    show(as_json, summary.as_dict, summary.table)
    if interrupted:
        sys.exit(INTERRUPTED)
