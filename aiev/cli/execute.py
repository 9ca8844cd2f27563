"""`aiev execute`: one program through the sandbox."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from aiev.cli.shared import AS_JSON, configured, language_called, merged_config, read_text, show


@click.command()
@click.option("--program", type=click.Path(path_type=Path), required=True, help="File with the solution.")
@click.option("--tests", type=click.Path(path_type=Path), required=True, help="File with its unit tests.")
@click.option("--install", default="", metavar="'pip install ...'", help="Packages to install first.")
@click.option("--language", default="python", show_default=True, help="Of both files.")
@click.option("--backend", type=click.Choice(["auto", "docker", "bubblewrap"]), help="Sandbox.")
@configured
@AS_JSON
def execute(
    program: Path,
    tests: Path,
    install: str,
    language: str,
    backend: str | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run one program with its tests in the sandbox and say how it ended (exit code 1 unless `ok`)."""
    from aiev.run.execute_once import execute_once, result_json
    from aiev.view.terminal.execution import execution_text

    name = language_called(language)
    chosen = (f'interpreter.backend="{backend}"',) if backend else ()
    config = merged_config(files, (*assignments, *chosen))
    result, refused = asyncio.run(execute_once(config, read_text(program), read_text(tests), install, name))
    for line in refused:
        click.echo(f"aiev: not installed: {line}", err=True)
    show(as_json, lambda: result_json(result), lambda: execution_text(result))
    if result.verdict != "ok":
        sys.exit(1)
