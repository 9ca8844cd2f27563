"""`aiev train`: the student learns."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from aiev.cli.options import AS_JSON, DB, PATH, configured, setting
from aiev.cli.printing import say, show

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command()
@DB
@click.option("--student", default="", help="The student: a known model, a folder, or a name on the hub.")
@click.option("--out", type=PATH, help="Folder of trainings; by default `student` beside DB.")
@setting(
    "--method",
    "train.stages",
    multiple=True,
    type=click.Choice(["sft", "dpo", "rpo", "kto"]),
    help="sft (supervised; the default), dpo, rpo or kto (by preferences); several are stages one after another.",
)
@setting("--full", "train.weights", to="full", help="Train all weights instead of an adapter.")
@configured
@AS_JSON
def train(db: Path, student: str, out: Path | None, config: Config, as_json: bool) -> None:
    """Train the student on the training items of DB's last round.

    Preferences are the repairs of dialogues and the pairs of sampled programs (`aiev prefer`). The same command resumes
    from the last checkpoint and trains nothing twice.
    """
    from aiev.student.train import train_student
    from aiev.view.terminal.trainings import training_line, training_view

    def print_event(event: dict[str, Any]) -> None:
        if not as_json and (line := training_line(event)):
            say(f"aiev: {line}", err=True)

    record = asyncio.run(train_student(config, db, student=student, out=out, on_event=print_event))
    show(as_json, lambda: asdict(record), lambda: training_view(record))
