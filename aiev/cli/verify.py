"""`aiev verify`: evidence for dialogues that exist already."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.exits import INTERRUPTED
from aiev.cli.options import AS_JSON, AT_LEAST_1, DB, configured, limited, setting
from aiev.cli.printing import show

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command()
@DB
@click.option("--again", is_flag=True, help="Also look at dialogues that have evidence.")
@setting("--limit", "run.limit", type=AT_LEAST_1, help="Take at most this many dialogues.")
@limited()
@configured
@AS_JSON
def verify(db: Path, again: bool, config: Config, as_json: bool) -> None:
    """Gather evidence for the dialogues in DB that passed their tests.

    Further solutions and tests are written from each problem alone and run against the program, its tests are tried on
    mutants of it, and changes of tests that earlier rounds made are put before the arbiter. The section [accept] of the
    configuration says how much of each. The same command resumes; limits are those of one start.
    """
    from aiev.cli.live import run_live
    from aiev.recipes.verify import Verification
    from aiev.store.reading.read_only import ReadOnly
    from aiev.view.terminal.verified import VerifySummary

    ReadOnly(db).close()  # a missing or foreign file is refused before anything starts
    result, interrupted = asyncio.run(run_live(Verification(config, db, again=again), quiet=as_json))
    summary = VerifySummary(result, db)
    show(as_json, summary.as_dict, summary.table)
    if interrupted:
        sys.exit(INTERRUPTED)
