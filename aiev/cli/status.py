"""`aiev status`: what the runs of a database are doing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, DB, print_json, print_view

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@DB
@click.option("--run", "run_id", default="", help="Only the run whose id begins so.")
@click.option("--once", is_flag=True, help="Print once instead of following what goes on.")
@AS_JSON
def status(db: Path, run_id: str, once: bool, as_json: bool) -> None:
    """Show how far the runs of DB are, from any terminal, until they end.

    A run says so itself every second; one that was killed is shown as `died`.
    """
    from aiev.run.status import run_statuses
    from aiev.view.terminal.status import follow, status_view

    if as_json:
        print_json([each.as_dict() for each in run_statuses(db, run_id)])
    elif once or not sys.stdout.isatty():
        for each in run_statuses(db, run_id):
            print_view(status_view(each))
    else:
        follow(db, run_id)
