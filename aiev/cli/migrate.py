"""`aiev migrate`: bring a database of an older aiev to this version's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, DB
from aiev.cli.printing import print_json, say

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@DB
@AS_JSON
def migrate(db: Path, as_json: bool) -> None:
    """Bring DB to the schema of this version.

    What an older aiev wrote into it stays. Commands that write to DB, such as teach and serve, migrate it themselves;
    commands that only read never change it.
    """
    from aiev.store.writing.connection import bring_up

    steps = bring_up(db)
    if as_json:
        print_json({"db": str(db), "steps": steps})
    else:
        say(f"{db}: {', '.join(steps) if steps else 'already has this schema'}")
