"""`aiev self-learn`: the whole loop."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, INTERRUPTED, configured, merged_config, show

if TYPE_CHECKING:
    from aiev.config import Config
    from aiev.store.records import SeedRecord


@click.command("self-learn")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--db", type=click.Path(path_type=Path), default=Path("aiev.db"), show_default=True, help="Database.")
@click.option("--student", default="", help="Who learns: a known model, a folder, or a name on the hub.")
@click.option("--every", type=click.IntRange(min=2), help="Accepted dialogues between two decisions.")
@click.option("--rounds", type=click.IntRange(min=1), help="End after so many decisions.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many seeds.")
@configured
@AS_JSON
def self_learn(
    sources: tuple[Path, ...],
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
    from aiev.recipes.self_learn import SelfLearning  # noqa: PLC0415
    from aiev.view.loops import rounds_json, rounds_view  # noqa: PLC0415

    more = [*assignments]
    more += [f'student.name="{student}"'] if student else []
    more += [f"gate.every={every}"] if every else []
    more += [f"student.rounds={rounds}"] if rounds else []
    more += [f"run.limit={limit}"] if limit else []
    config = merged_config(files, tuple(more))
    loop = SelfLearning(config, _seeds(config, sources), db, tell=lambda words: click.echo(f"aiev: {words}", err=True))
    try:
        asyncio.run(loop.run())
    except KeyboardInterrupt:
        click.echo("aiev: stopped; the same command goes on", err=True)
        sys.exit(INTERRUPTED)
    show(as_json, lambda: rounds_json(db), lambda: rounds_view(db))


def _seeds(config: Config, sources: tuple[Path, ...]) -> tuple[SeedRecord, ...]:
    from aiev.seeds.load import load_seeds  # noqa: PLC0415

    settings = config.settings
    chosen = sources or tuple(Path(source) for source in settings.seeds.sources)
    return load_seeds(
        chosen,
        kind=settings.seeds.kind,
        limit=settings.run.limit,
        seed=settings.run.seed,
        self_contained=settings.seeds.self_contained,
        languages=settings.seeds.languages,
    ).seeds
