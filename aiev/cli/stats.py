"""`aiev stats`: the runs of a database in figures, pictures and a page."""

from __future__ import annotations

from pathlib import Path

import click

from aiev.cli.shared import AS_JSON, DB, print_json, print_view


@click.command()
@DB
@click.option("--plots", type=click.Path(path_type=Path), metavar="DIR", help="Also draw PNG and SVG files there.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Also write a page of its own.")
@AS_JSON
def stats(db: Path, plots: Path | None, html: Path | None, as_json: bool) -> None:
    """Show each run of DB: funnel, rounds, verdicts, errors, libraries, lengths, diversity, tokens, cost."""
    from aiev.store.reading.read_only import ReadOnly
    from aiev.view.documents import detailed_run_documents

    with ReadOnly(db) as file:
        file.refuse_older()
        rows = detailed_run_documents(file)
    if plots:
        from aiev.view.report.plots import draw_plots

        drawn = draw_plots(rows, plots)
        click.echo(f"aiev: {len(drawn)} pictures in {plots}", err=True)
    if html:
        from aiev.view.report.page import write_report

        write_report(rows, html)
    if as_json:
        print_json(rows)
    else:
        from aiev.view.terminal.statistics import statistics_view

        print_view(statistics_view(rows))
