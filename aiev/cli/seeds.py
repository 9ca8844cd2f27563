"""`aiev seeds`: from sources to clean, distinct, licensed snippets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.decontaminate import decontaminate
from aiev.cli.exits import INTERRUPTED
from aiev.cli.options import (
    AS_JSON,
    AT_LEAST_0,
    AT_LEAST_1,
    DATABASE,
    LANGUAGE_NAME,
    PATH,
    SOURCES,
    configured,
    setting,
)
from aiev.cli.printing import say, show

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.group()
def seeds() -> None:
    """Build sets of seed snippets."""


seeds.add_command(decontaminate)


@seeds.command("build")
@SOURCES
@click.option("--out", type=PATH, required=True, help="A .jsonl, .jsonl.gz, .parquet or .db file.")
@click.option("--report", type=PATH, metavar="FILE", help="Write the report to it too, as JSON.")
@setting("--limit", "run.limit", type=AT_LEAST_1, help="Take a random sample of this many seeds.")
@setting("--seed", "run.seed", type=AT_LEAST_0, help="Seed of the sample and of random snippets.")
@setting("--language", "seeds.languages", type=LANGUAGE_NAME, multiple=True, help="Only this language; repeatable.")
@setting(
    "--kind", "seeds.kind", type=click.Choice(["function", "snippet", "problem"]), help="What is extracted from files."
)
@setting("--column", "seeds.columns", multiple=True, metavar="WHAT=NAME", help="Name a column, such as content=body.")
@setting(
    "--evolve",
    "evolve.rounds",
    type=click.IntRange(min=0, max=10),
    metavar="ROUNDS",
    help="Make problems harder, this many times.",
)
@DATABASE
@configured
@AS_JSON
def build(sources: tuple[str, ...], out: Path, report: Path | None, db: Path, config: Config, as_json: bool) -> None:
    """Extract seeds from SOURCES and filter them.

    Reports what became of every candidate. A source is a file, a folder, a git repository (also git:PATH@COMMIT), a
    .jsonl, .json, .csv or .parquet file, a database of aiev, a Hugging Face dataset (hf:NAME), or - for standard input.
    docs/seeds.md describes the filters. The database is the journal of requests to a model, and is created only when a
    filter makes one.
    """
    from aiev.seeds.build import build_seeds
    from aiev.view.terminal.funnel import funnel_view

    try:
        made = build_seeds(config, sources or config.settings.seeds.sources, out, report=report, db=db)
    except KeyboardInterrupt:
        say("aiev: stopped; a file is written whole or not at all, a database keeps what it has", err=True)
        sys.exit(INTERRUPTED)
    show(as_json, lambda: made, lambda: funnel_view(made))
