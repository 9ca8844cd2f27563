"""`aiev status`: what the runs of a database are doing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, DB
from aiev.cli.printing import print_json, print_view

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@DB
@click.option("--run", "run_id", default="", help="Only runs whose id begins with this.")
@click.option("--once", is_flag=True, help="Print once instead of following the runs.")
@AS_JSON
def status(db: Path, run_id: str, once: bool, as_json: bool) -> None:
    """Follow the progress of the runs of DB, until they end.

    Works from any terminal. A run writes a heartbeat every second; one that was killed is shown as `died`.
    """
    from aiev.run.status import run_statuses
    from aiev.view.terminal.status import follow, status_view

    if not (as_json or once) and sys.stdout.isatty():
        follow(db, run_id)
        return
    statuses = run_statuses(db, run_id)
    if as_json:
        print_json([each.as_dict() for each in statuses])
    else:
        for each in statuses:
            print_view(status_view(each))
