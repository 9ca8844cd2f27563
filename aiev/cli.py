"""The command line: parse, load the configuration, call one function, print.

The only module that prints or exits. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. Everything heavy is
imported inside the command that needs it, so that `aiev --help` stays quick.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aiev import __version__
from aiev.errors import AievError, UsageError
from aiev_agents.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.config import Config

_INTERRUPTED = 130
_Command = TypeVar("_Command", bound="Callable[..., Any]")


class Group(click.Group):
    """A group that turns our errors into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `errors.py` for the codes."""
        try:
            return super().invoke(ctx)
        except AievError as error:
            click.echo(f"aiev: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "--version", prog_name="aiev")
def main() -> None:
    """Make fine-tuning data for code models: dialogues whose programs ran until their unit tests passed."""


def _configured(command: _Command) -> _Command:
    """Add the options that every command with a configuration has."""
    command = click.option(
        "--set", "assignments", multiple=True, metavar="SECTION.KEY=VALUE", help="Set one value; repeatable."
    )(command)
    return click.option(
        "--config",
        "files",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A TOML file over the defaults, or the name of a shipped one (qwen, openai); repeatable.",
    )(command)


_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_DB = click.argument("db", type=click.Path(path_type=Path))


@main.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--db", type=click.Path(path_type=Path), default=Path("aiev.db"), show_default=True, help="Database.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many seeds.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Of the problems; each seed's own without it.")
@_configured
@_JSON
def teach(
    sources: tuple[Path, ...],
    db: Path,
    limit: int | None,
    language: str | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make dialogues from the snippets in SOURCES (source files, folders, JSONL).

    Without SOURCES the snippets that ship with aiev are taken. The same command again goes on with what is missing.
    """
    from aiev.recipes.live import teach_with_panel  # noqa: PLC0415

    more = [*assignments]
    more += [f"run.limit={limit}"] if limit else []
    more += [f"dialogue.language={language}"] if language else []
    config = _config(files, tuple(more))
    chosen = sources or tuple(Path(source) for source in config.settings.seeds.sources)
    summary = teach_with_panel(config, chosen, db, quiet=as_json)
    if as_json:
        _print_json(summary.as_dict())
    else:
        _print(summary.table())
    if summary.interrupted:
        sys.exit(_INTERRUPTED)


@main.command()
@_DB
@click.argument("conversation", required=False)
@click.option("--status", type=click.Choice(["accepted", "discarded", "failed", "running"]), help="Only these.")
@click.option("--verdict", default="", help="Only those with a round of this verdict.")
@click.option("--run", "run_id", default="", help="Only those of the run whose id begins so.")
@click.option("--min-rounds", type=click.IntRange(min=0), default=0, help="Only those with so many rounds or more.")
@click.option("--max-rounds", type=click.IntRange(min=0), default=0, help="Only those with so many rounds or fewer.")
@click.option("--language", default="", help="Only those in this language.")
@click.option("--model", default="", help="Only those by this model.")
@click.option("--search", default="", help="Only those in which a message holds all these words.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="List so many.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Leave out so many first.")
@_JSON
def inspect(
    db: Path,
    conversation: str | None,
    status: str | None,
    verdict: str,
    run_id: str,
    min_rounds: int,
    max_rounds: int,
    language: str,
    model: str,
    search: str,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """List the conversations of DB, or show the one whose id begins with CONVERSATION."""
    from aiev.store.reader import Filters, Reader  # noqa: PLC0415
    from aiev.view import inspect as view  # noqa: PLC0415

    with Reader(db) as reader:
        if conversation:
            found = reader.conversation(conversation)
            _show(
                as_json,
                lambda: view.conversation_json(found, reader),
                lambda: view.conversation_view(found, reader),
            )
            return
        wanted = Filters(status or "", verdict, run_id, min_rounds, search, limit, offset, max_rounds, language, model)
        rows = reader.conversations(wanted)
        _show(as_json, lambda: view.list_json(rows), lambda: view.list_table(rows))


@main.command()
@_DB
@_JSON
def stats(db: Path, as_json: bool) -> None:
    """Show each run of DB: dialogues, rounds, verdicts, tokens."""
    from aiev.store.reader import Reader  # noqa: PLC0415
    from aiev.view.statistics import runs_json, runs_table  # noqa: PLC0415

    with Reader(db) as reader:
        _show(as_json, lambda: runs_json(reader), lambda: runs_table(reader))


@main.command()
@click.option("--program", type=click.Path(path_type=Path), required=True, help="File with the solution.")
@click.option("--tests", type=click.Path(path_type=Path), required=True, help="File with its unit tests.")
@click.option("--install", default="", metavar="'pip install ...'", help="Packages to install first.")
@click.option("--language", default="python", show_default=True, help="Of both files.")
@click.option("--backend", type=click.Choice(["auto", "docker", "bubblewrap"]), help="Sandbox.")
@_configured
@_JSON
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
    from aiev.recipes.execute import execute_once, result_json, result_text  # noqa: PLC0415

    name = _language(language)
    chosen = (f'interpreter.backend="{backend}"',) if backend else ()
    config = _config(files, (*assignments, *chosen))
    result, refused = asyncio.run(execute_once(config, _read(program), _read(tests), install, name))
    for line in refused:
        click.echo(f"aiev: not installed: {line}", err=True)
    _show(as_json, lambda: result_json(result), lambda: result_text(result))
    if result.verdict != "ok":
        sys.exit(1)


@main.command()
@_configured
@_JSON
def doctor(files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Say what is present on this machine, and what to do about what is not."""
    from dataclasses import asdict  # noqa: PLC0415

    from aiev.doctor import examine  # noqa: PLC0415

    findings = asyncio.run(examine(_config(files, assignments)))
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok     " if finding.present else "missing"
            click.echo(f"{mark}  {finding.part}: {finding.detail}" + (f"; {finding.advice}" if finding.advice else ""))
    if any(finding.needed and not finding.present for finding in findings):
        sys.exit(1)


@main.group()
def config() -> None:
    """Look at the configuration."""


@config.command("show")
@_configured
@_JSON
def config_show(files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Print every value with its origin."""
    merged = _config(files, assignments)
    values = merged.public()
    if as_json:
        _print_json({"values": values, "origins": merged.origins, "fingerprint": merged.fingerprint})
        return
    width = max(len(name) for name in merged.origins)
    for section, table in values.items():
        for key, value in table.items():
            name = f"{section}.{key}"
            click.echo(f"{name:<{width}} = {json.dumps(value):<34} # {merged.origins[name]}")


@main.group()
def image() -> None:
    """Build the Docker image that programs run in."""


@image.command("build")
@click.option("--language", "languages", multiple=True, help="Also the tools of this language; `all` for every one.")
@_configured
def image_build(languages: tuple[str, ...], files: tuple[Path, ...], assignments: tuple[str, ...]) -> None:
    """Build the image, with Python and the tools of the languages asked for."""
    from aiev.recipes.housekeeping import build_sandbox_image  # noqa: PLC0415 - the docker SDK is slow to import

    names = tuple(language if language == "all" else _language(language) for language in languages)
    config = _config(files, assignments)
    click.echo(asyncio.run(build_sandbox_image(config.settings, names or config.settings.interpreter.languages)))


@main.group()
def sandbox() -> None:
    """Look after what sandboxes leave on this machine."""


@sandbox.command("gc")
@click.option(
    "--packages", is_flag=True, help="Remove the installed packages too; they come back when they are needed."
)
@click.option("--images", is_flag=True, help="Remove the images of other versions of the interpreter too.")
@_configured
@_JSON
def sandbox_gc(
    packages: bool, images: bool, files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool
) -> None:
    """Remove containers and files of runs that have died."""
    from aiev.recipes.housekeeping import collect  # noqa: PLC0415

    removed = asyncio.run(collect(_config(files, assignments).settings, packages=packages, images=images))
    if as_json:
        _print_json(removed)
        return
    click.echo("; ".join(f"{count} {what}" for what, count in removed.items()) + " removed")


@main.group()
def models() -> None:
    """Look at and fetch the weights of embedded models."""


@models.command("list")
@_JSON
def models_list(as_json: bool) -> None:
    """List the models that can be fetched."""
    from aiev_agents.weights import KNOWN, find_weights  # noqa: PLC0415

    rows = [
        {
            "name": it.name,
            "megabytes": it.megabytes,
            "licence": it.licence,
            "about": it.about,
            "path": _text(find_weights(it.name)),
        }
        for it in KNOWN.values()
    ]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['name']}: {row['megabytes']} MB, {row['licence']}, {row['about']}; {row['path'] or 'not here'}"
        )


@models.command("fetch")
@click.argument("names", nargs=-1)
def models_fetch(names: tuple[str, ...]) -> None:
    """Fetch the weights of NAMES (the default model without any), once."""
    from aiev_agents.errors import ModelUnavailable  # noqa: PLC0415
    from aiev_agents.weights import fetch_weights  # noqa: PLC0415

    for name in names or (_config((), ()).settings.model.name,):
        try:
            click.echo(f"{name}: {fetch_weights(name)}")
        except ModelUnavailable as error:
            raise AievError(str(error)) from None


def _config(files: tuple[Path, ...], assignments: tuple[str, ...]) -> Config:
    from aiev.config import load_config  # noqa: PLC0415 - pydantic is slow to import

    return load_config(files, assignments)


def _language(name: str) -> str:
    from aiev_interpreter.languages import UnknownLanguage, language_named  # noqa: PLC0415

    try:
        return language_named(name).name
    except UnknownLanguage as error:
        raise UsageError(f"--language: {error}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


def _show(as_json: bool, data: Callable[[], Any], view: Callable[[], Any]) -> None:
    if as_json:
        _print_json(data())
    else:
        _print(view())


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=True, indent=2))


def _print(renderable: Any) -> None:
    from rich.console import Console  # noqa: PLC0415

    Console().print(renderable, markup=False)
