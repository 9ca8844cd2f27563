"""`aiev self-learn`: the self-learning stage, in rounds."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.exits import INTERRUPTED
from aiev.cli.options import AS_JSON, AT_LEAST_1, DATABASE, LIMIT, SOURCES, configured, setting
from aiev.cli.printing import say, show

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command("self-learn")
@SOURCES
@DATABASE
@setting("--student", "student.name", help="The student: a known model, a folder, or a name on the hub.")
@setting("--every", "gate.every", type=click.IntRange(min=2), help="Accepted dialogues between two gates.")
@setting("--rounds", "student.rounds", type=AT_LEAST_1, help="Stop after this many rounds.")
@LIMIT
@configured
@AS_JSON
def self_learn(sources: tuple[str, ...], db: Path, config: Config, as_json: bool) -> None:
    """Teach, train and compare in rounds, until SOURCES are used up.

    The winner of each gate makes the next dialogues. The same command resumes the loop, wherever it stopped.
    """
    from aiev.recipes.self_learn import SelfLearning
    from aiev.seeds.select import select_seeds
    from aiev.store.reading.student import StudentReader
    from aiev.view.documents import round_documents
    from aiev.view.terminal.rounds import rounds_view

    seeds = select_seeds(config, sources or config.settings.seeds.sources, db).seeds
    loop = SelfLearning(config, seeds, db, tell=lambda words: say(f"aiev: {words}", err=True))
    try:
        asyncio.run(loop.run())
    except KeyboardInterrupt:
        say("aiev: stopped; the same command resumes the loop", err=True)
        sys.exit(INTERRUPTED)
    with StudentReader.open(db) as reader:
        rounds = round_documents(reader)
    show(as_json, lambda: rounds, lambda: rounds_view(rounds))
