"""`aiev self-learn`: the whole loop."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from aiev.cli.shared import AS_JSON, INTERRUPTED, configured, merged_config, show


@click.command("self-learn")
@click.argument("sources", nargs=-1)
@click.option("--db", type=click.Path(path_type=Path), default=Path("aiev.db"), show_default=True, help="Database.")
@click.option("--student", default="", help="Who learns: a known model, a folder, or a name on the hub.")
@click.option("--every", type=click.IntRange(min=2), help="Accepted dialogues between two decisions.")
@click.option("--rounds", type=click.IntRange(min=1), help="End after so many decisions.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many seeds.")
@configured
@AS_JSON
def self_learn(
    sources: tuple[str, ...],
    db: Path,
    student: str,
    every: int | None,
    rounds: int | None,
    limit: int | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Teach, split, train, decide, and go on with whoever won, until the seeds of SOURCES are used up.

    The same command again goes on where this one ended, however it ended.
    """
    from aiev.recipes.self_learn import SelfLearning
    from aiev.store.reading.student import StudentReader
    from aiev.view.documents import round_documents
    from aiev.view.teach_panel import seeds_of
    from aiev.view.terminal.rounds import rounds_view

    more = [*assignments]
    more += [f'student.name="{student}"'] if student else []
    more += [f"gate.every={every}"] if every else []
    more += [f"student.rounds={rounds}"] if rounds else []
    more += [f"run.limit={limit}"] if limit else []
    config = merged_config(files, tuple(more))
    seeds = seeds_of(config, sources or config.settings.seeds.sources, db).seeds
    loop = SelfLearning(config, seeds, db, tell=lambda words: click.echo(f"aiev: {words}", err=True))
    try:
        asyncio.run(loop.run())
    except KeyboardInterrupt:
        click.echo("aiev: stopped; the same command goes on", err=True)
        sys.exit(INTERRUPTED)
    with StudentReader.open(db) as reader:
        rounds_made = round_documents(reader)
    show(as_json, lambda: rounds_made, lambda: rounds_view(rounds_made))
