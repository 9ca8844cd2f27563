"""`aiev seeds decontaminate`: files against benchmarks."""

from __future__ import annotations

from pathlib import Path

import click

from aiev.cli.shared import AS_JSON, configured, language_called, merged_config, print_json


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--against",
    multiple=True,
    metavar="BENCHMARK",
    help="humaneval, NAME=FILE or FILE; repeatable. Else as configured.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the clean rows there, as JSONL.")
@click.option("--field", "fields", multiple=True, metavar="NAME", help="Judge only this field of a row; repeatable.")
@click.option("--language", default="python", show_default=True, help="Of code in rows that do not say.")
@click.option("--workers", type=click.IntRange(min=0), help="Processes; 0 takes one for each core.")
@configured
@AS_JSON
def decontaminate(
    inputs: tuple[Path, ...],
    against: tuple[str, ...],
    out: Path | None,
    fields: tuple[str, ...],
    language: str,
    workers: int | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compare the rows of FILE... (.jsonl, .json, .csv, .parquet, .db) with benchmarks and show what resembles them."""
    from aiev.similarity.decontamination import report
    from aiev.view.terminal.decontamination import decontamination_text

    more = () if workers is None else (f"decontamination.workers={workers}",)
    settings = merged_config(files, (*assignments, *more)).settings
    chosen = settings.decontamination
    if against:
        chosen = chosen.model_copy(update={"benchmarks": against})
    found = report.decontaminate(chosen, inputs, language=language_called(language), fields=fields, out=out)
    if as_json:
        print_json(found)
    else:
        click.echo(decontamination_text(found))
