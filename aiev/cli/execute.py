"""`aiev execute`: one program through the sandbox."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, PATH, configured, language_called, setting
from aiev.cli.printing import say, show
from aiev.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.layers import Config


@click.command()
@click.option("--program", type=PATH, required=True, help="File with the solution.")
@click.option("--tests", type=PATH, required=True, help="File with its unit tests.")
@click.option("--install", default="", metavar="'pip install ...'", help="Packages to install first.")
@click.option("--language", default="python", show_default=True, help="Language of both files.")
@click.option("--evidence", is_flag=True, help="Gather evidence that the program is right, if it passes.")
@click.option(
    "--problem", type=PATH, help="File that says what the program is for; the model then writes solutions of its own."
)
@setting("--backend", "interpreter.backend", type=click.Choice(["auto", "docker", "bubblewrap"]), help="Sandbox.")
@configured
@AS_JSON
def execute(
    program: Path,
    tests: Path,
    install: str,
    language: str,
    evidence: bool,
    problem: Path | None,
    config: Config,
    as_json: bool,
) -> None:
    """Run one program with its tests in the sandbox.

    `--evidence` also tries the tests on mutants of the program, and the program on further inputs. The exit code is 1
    unless the verdict is `ok`.
    """
    from aiev.run.execute_once import execute_once
    from aiev.view.terminal.execution import execution_text

    if problem and not evidence:
        raise UsageError("--problem is for --evidence; give both")
    name = language_called(language)
    work = execute_once(
        config,
        _text(program),
        _text(tests),
        install=install,
        language=name,
        evidence=evidence,
        problem=_text(problem) if problem else "",
    )
    executed = asyncio.run(work)
    for line in executed.refused:
        say(f"aiev: not installed: {line}", err=True)
    show(as_json, executed.as_dict, lambda: execution_text(executed))
    if executed.result.verdict != "ok":
        sys.exit(1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None
