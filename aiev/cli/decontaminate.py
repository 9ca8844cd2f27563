"""`aiev seeds decontaminate`: files against benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, AT_LEAST_0, PATH, configured, language_called, setting
from aiev.cli.printing import print_json, say

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...", type=PATH)
@setting(
    "--against",
    "decontamination.benchmarks",
    multiple=True,
    metavar="BENCHMARK",
    help="humaneval, NAME=FILE or FILE; repeatable. By default the benchmarks of the configuration.",
)
@click.option("--out", type=PATH, metavar="FILE", help="Write the clean rows to it, as JSONL.")
@click.option("--field", "fields", multiple=True, metavar="NAME", help="Compare only this field of a row; repeatable.")
@click.option("--language", default="python", show_default=True, help="Language of rows that name none.")
@setting("--workers", "decontamination.workers", type=AT_LEAST_0, help="Processes; 0 takes one for each core.")
@configured
@AS_JSON
def decontaminate(
    inputs: tuple[Path, ...], out: Path | None, fields: tuple[str, ...], language: str, config: Config, as_json: bool
) -> None:
    """Show the rows of files that resemble a benchmark.

    Files are .jsonl, .json, .csv, .parquet or .db.
    """
    from aiev.similarity.decontamination import report
    from aiev.view.terminal.decontamination import decontamination_text

    settings, name = config.settings.decontamination, language_called(language)
    found = report.decontaminate(settings, inputs, language=name, fields=fields, out=out)
    if as_json:
        print_json(found)
    else:
        say(decontamination_text(found))
