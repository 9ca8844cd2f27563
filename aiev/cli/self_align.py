"""`aiev self-align`: instructions and responses that a model makes without a teacher."""

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


@click.command("self-align")
@SOURCES
@DATABASE
@LIMIT
@LANGUAGE
@setting("--responses", "align.responses", type=AT_LEAST_1, help="Responses to each instruction.")
@setting(
    "--pick",
    "align.pick",
    type=click.Choice(["passing", "best", "random", "failing"]),
    help="Which response is kept; random and failing are ablations.",
)
@limited("kept pairs")
@configured
@AS_JSON
def self_align(sources: tuple[str, ...], db: Path, config: Config, as_json: bool) -> None:
    """Have one model write instructions from SOURCES and answer them.

    One model does all of it: it names the concepts of each function, writes an instruction from them, and answers it
    several times with tests (SelfCodeAlign). `--config selfcodealign` has the paper's filters and numbers. The same
    command resumes the run.
    """
    from aiev.cli.live import run_live
    from aiev.recipes.selfcodealign import SelfAlignment
    from aiev.seeds.select import select_seeds
    from aiev.store.reading.alignment import AlignmentReader
    from aiev.store.reading.evidence import EvidenceReader
    from aiev.telemetry.open import observers_of
    from aiev.view.terminal.alignment import AlignmentSummary

    seeds = select_seeds(config, sources or config.settings.seeds.sources, db)
    with observers_of(config.settings) as observers:
        start = SelfAlignment(config, seeds.seeds, db, observers=observers)
        result, interrupted = asyncio.run(run_live(start, quiet=as_json))
    with AlignmentReader.open(db) as reader:
        funnel = reader.funnel(result.run_id)
        evidence = EvidenceReader(reader.db).counts(result.run_id)
    summary = AlignmentSummary(result, db, seeds.funnel.summary(), funnel, evidence, interrupted=interrupted)
    show(as_json, summary.as_dict, summary.table)
    if interrupted:
        sys.exit(INTERRUPTED)
