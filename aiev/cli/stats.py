"""`aiev stats`: the figures of the runs of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, DB, PATH
from aiev.cli.printing import say, show

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@DB
@click.option("--plots", type=PATH, metavar="DIR", help="Draw PNG and SVG charts into it too.")
@click.option("--html", type=PATH, metavar="FILE", help="Write an HTML page to it too.")
@AS_JSON
def stats(db: Path, plots: Path | None, html: Path | None, as_json: bool) -> None:
    """Show the figures of each run of DB.

    These are funnel, rounds, verdicts, errors, libraries, lengths, diversity, tokens and cost.
    """
    from aiev.store.reading.read_only import ReadOnly
    from aiev.view.documents import detailed_run_documents
    from aiev.view.terminal.statistics import statistics_view

    with ReadOnly(db) as file:
        file.refuse_older()
        runs = detailed_run_documents(file)
    if plots:
        from aiev.view.report.plots import draw_plots

        say(f"aiev: {len(draw_plots(runs, plots))} charts in {plots}", err=True)
    if html:
        from aiev.view.report.page import write_report

        write_report(runs, html)
    show(as_json, lambda: runs, lambda: statistics_view(runs))
