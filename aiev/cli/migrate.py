"""`aiev migrate`: bring a database of an older aiev to this one's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, DB, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@DB
@AS_JSON
def migrate(db: Path, as_json: bool) -> None:
    """Bring DB, which an older aiev wrote, to this one's schema; what is in it stays.

    Commands that write to DB, teach and serve among them, do so by themselves; those that only read it never change it.
    """
    from aiev.store.writing.connection import bring_up

    steps = bring_up(db)
    if as_json:
        print_json({"db": str(db), "steps": steps})
    else:
        click.echo(f"{db}: {', '.join(steps) if steps else 'has this schema already'}")
