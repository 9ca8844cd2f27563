"""`aiev teach`: the teaching stage."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from aiev.cli.shared import AS_JSON, INTERRUPTED, configured, merged_config, print_json, print_view
from aiev_agents.languages import LANGUAGES


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--db", type=click.Path(path_type=Path), default=Path("aiev.db"), show_default=True, help="Database.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many seeds.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Of the problems; each seed's own without it.")
@configured
@AS_JSON
def teach(
    sources: tuple[str, ...],
    db: Path,
    limit: int | None,
    language: str | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make dialogues from the snippets in SOURCES (see `aiev seeds build --help`).

    Without SOURCES the snippets that ship with aiev are taken. The same command again goes on with what is missing.
    """
    from aiev.recipes.live import teach_with_panel  # noqa: PLC0415

    more = [*assignments]
    more += [f"run.limit={limit}"] if limit else []
    more += [f"dialogue.language={language}"] if language else []
    config = merged_config(files, tuple(more))
    summary = teach_with_panel(config, sources or config.settings.seeds.sources, db, quiet=as_json)
    if as_json:
        print_json(summary.as_dict())
    else:
        print_view(summary.table())
    if summary.interrupted:
        sys.exit(INTERRUPTED)
