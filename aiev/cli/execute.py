"""`aiev execute`: one program through the sandbox."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, PATH, configured, language_called, setting
from aiev.cli.printing import show
from aiev.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command()
@click.option("--program", type=PATH, required=True, help="File with the solution.")
@click.option("--tests", type=PATH, required=True, help="File with its unit tests.")
@click.option("--install", default="", metavar="'pip install ...'", help="Packages to install first.")
@click.option("--language", default="python", show_default=True, help="Language of both files.")
@setting("--backend", "interpreter.backend", type=click.Choice(["auto", "docker", "bubblewrap"]), help="Sandbox.")
@configured
@AS_JSON
def execute(program: Path, tests: Path, install: str, language: str, config: Config, as_json: bool) -> None:
    """Run one program with its tests in the sandbox.

    The exit code is 1 unless the verdict is `ok`.
    """
    from aiev.run.execute_once import execute_once, result_json
    from aiev.view.terminal.execution import execution_text

    name = language_called(language)
    result, refused = asyncio.run(execute_once(config, _text(program), _text(tests), install, name))
    for line in refused:
        click.echo(f"aiev: not installed: {line}", err=True)
    show(as_json, lambda: result_json(result), lambda: execution_text(result))
    if result.verdict != "ok":
        sys.exit(1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None
