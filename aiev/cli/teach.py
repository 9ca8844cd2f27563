"""`aiev teach`: the teaching stage."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.exits import INTERRUPTED
from aiev.cli.options import AS_JSON, DATABASE, LANGUAGE, LIMIT, PATH, SOURCES, configured, limited, setting
from aiev.cli.printing import show

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command()
@SOURCES
@DATABASE
@LIMIT
@LANGUAGE
@limited("accepted dialogues")
@setting("--log-file", "telemetry.log_file", type=PATH, help="Append events to this file, as JSON lines.")
@setting("--log-prompts", "telemetry.log_prompts", to=True, help="Log prompts and replies too.")
@setting(
    "--metrics-port",
    "telemetry.metrics_port",
    type=click.IntRange(min=1, max=65535),
    help="Serve Prometheus metrics on 127.0.0.1 at this port.",
)
@configured
@AS_JSON
def teach(sources: tuple[str, ...], db: Path, config: Config, as_json: bool) -> None:
    """Make dialogues from the snippets in SOURCES.

    `aiev seeds build --help` describes sources. Without SOURCES, the snippets that ship with aiev are taken. The same
    command resumes the run. The limits on cost, tokens and accepted dialogues cover all starts of a run; the same
    command with a larger limit resumes it.
    """
    from aiev.cli.live import run_live
    from aiev.recipes.teach import Teaching
    from aiev.seeds.select import select_seeds
    from aiev.store.reading.evidence import EvidenceReader
    from aiev.telemetry.open import observers_of
    from aiev.view.terminal.run_summary import RunSummary

    seeds = select_seeds(config, sources or config.settings.seeds.sources, db)
    with observers_of(config.settings) as observers:
        teaching = Teaching(config, seeds.seeds, db, observers=observers)
        result, interrupted = asyncio.run(run_live(teaching, quiet=as_json))
    with EvidenceReader.open(db) as reader:
        evidence = reader.counts(result.run_id)
    summary = RunSummary(result, db, seeds.funnel.summary(), interrupted=interrupted, evidence=evidence)
    show(as_json, summary.as_dict, summary.table)
    if interrupted:
        sys.exit(INTERRUPTED)
