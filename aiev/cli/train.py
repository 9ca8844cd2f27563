"""`aiev train`: the student learns."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from aiev.cli.shared import AS_JSON, DB, configured, merged_config, show


@click.command()
@DB
@click.option("--student", default="", help="Who learns: a known model, a folder, or a name on the hub.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of trainings; `student` beside DB without it.")
@click.option("--full", is_flag=True, help="Train all weights instead of an adapter.")
@configured
@AS_JSON
def train(
    db: Path,
    student: str,
    out: Path | None,
    full: bool,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Train the student on the training items of DB's last round.

    The same command again goes on from the last checkpoint, and trains nothing twice.
    """
    from aiev.student.train import train_student
    from aiev.view.terminal.trainings import training_line, training_view

    def heard(event: dict[str, Any]) -> None:
        if not as_json and (line := training_line(event)):
            click.echo(f"aiev: {line}", err=True)

    config = merged_config(files, (*assignments, *(["train.method=full"] if full else [])))
    record = asyncio.run(train_student(config, db, student=student, out=out, heard=heard))
    show(as_json, lambda: asdict(record), lambda: training_view(record))
