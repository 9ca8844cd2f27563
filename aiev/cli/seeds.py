"""`aiev seeds`: from sources to clean, distinct, licensed snippets."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from aiev.cli.decontaminate import decontaminate
from aiev.cli.shared import AS_JSON, INTERRUPTED, configured, merged_config, print_json, print_view, toml_list
from aiev_agents.languages import LANGUAGES


@click.group()
def seeds() -> None:
    """Build sets of seed snippets."""


seeds.add_command(decontaminate)


@seeds.command("build")
@click.argument("sources", nargs=-1)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="A .jsonl, .jsonl.gz, .parquet or .db file."
)
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Also write the report there, as JSON.")
@click.option("--limit", type=click.IntRange(min=1), help="Take a random sample of so many seeds.")
@click.option("--seed", type=click.IntRange(min=0), help="Draws the sample and the random snippets.")
@click.option("--language", "languages", type=click.Choice(list(LANGUAGES)), multiple=True, help="Take only these.")
@click.option("--kind", type=click.Choice(["function", "snippet", "problem"]), help="What is taken out of files.")
@click.option("--column", "columns", multiple=True, metavar="WHAT=NAME", help="Name a column, such as content=body.")
@click.option("--evolve", type=click.IntRange(min=0, max=10), metavar="ROUNDS", help="Make problems harder, so often.")
@click.option(
    "--db",
    type=click.Path(path_type=Path),
    default=Path("aiev.db"),
    show_default=True,
    help="Journal of what a model is asked; made only then.",
)
@configured
@AS_JSON
def build(
    sources: tuple[str, ...],
    out: Path,
    report: Path | None,
    limit: int | None,
    seed: int | None,
    languages: tuple[str, ...],
    kind: str | None,
    columns: tuple[str, ...],
    evolve: int | None,
    db: Path,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take seeds out of SOURCES, filter them, and say what became of every candidate.

    A source is a file, a folder, a git repository (also git:PATH@COMMIT), a .jsonl, .csv or .parquet file, a database
    of aiev, a Hugging Face dataset (hf:NAME), or - for standard input. docs/seeds.md describes the filters.
    """
    from aiev.seeds.build import build_seeds

    more = [*assignments]
    more += [f"run.limit={limit}"] if limit else []
    more += [f"run.seed={seed}"] if seed is not None else []
    more += [f"seeds.languages={toml_list(languages)}"] if languages else []
    more += [f'seeds.kind="{kind}"'] if kind else []
    more += [f"seeds.columns={toml_list(columns)}"] if columns else []
    more += [f"evolve.rounds={evolve}"] if evolve is not None else []
    config = merged_config(files, tuple(more))
    try:
        made = build_seeds(config, sources or config.settings.seeds.sources, out, report=report, db=db)
    except KeyboardInterrupt:
        click.echo("aiev: stopped; a file is written whole or not at all, a database keeps what it got", err=True)
        sys.exit(INTERRUPTED)
    if as_json:
        print_json(made)
        return
    from aiev.view.terminal.funnel import funnel_view

    print_view(funnel_view(made))
