"""What the commands share: options, the merged configuration, output, and errors as one line with an exit code."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aiev.errors import AievError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiev.config.layers import Config

INTERRUPTED = 130
_Command = TypeVar("_Command", bound="Callable[..., Any]")

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
DB = click.argument("db", type=click.Path(path_type=Path))


class Duration(click.ParamType[float]):
    """A time span such as `90s`, `30m`, `1.5h` or `1d`, in seconds; a plain number counts seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds, more than 0."""
        if isinstance(value, float):
            return value
        found = _DURATION.fullmatch(str(value).strip().lower())
        seconds = float(found[1]) * _SECONDS[found[2] or "s"] if found else 0.0
        if not seconds:
            self.fail(f"{value!r} is no time span; write it as 90s, 30m, 2h or 1d", param, ctx)
        return seconds


_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = Duration()


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


def configured(command: _Command) -> _Command:
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


def merged_config(files: tuple[Path, ...], assignments: tuple[str, ...]) -> Config:
    """The configuration of a command, all layers merged."""
    from aiev.config.layers import load_config

    return load_config(files, assignments)


def toml_list(values: Sequence[str]) -> str:
    """A list of texts as TOML writes it, for a setting."""
    return json.dumps(list(values), ensure_ascii=False)


def language_called(name: str) -> str:
    """Name of the language that a user means."""
    from aiev_interpreter.languages import UnknownLanguage, language_named

    try:
        return language_named(name).name
    except UnknownLanguage as error:
        raise UsageError(f"--language: {error}") from None


def read_text(path: Path) -> str:
    """Text of a file that a user names."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None


def show(as_json: bool, data: Callable[[], Any], view: Callable[[], Any]) -> None:
    """Print the data as JSON or the view for people; only the one asked for is made."""
    if as_json:
        print_json(data())
    else:
        print_view(view())


def print_json(data: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(data, ensure_ascii=True, indent=2))


def print_view(renderable: Any) -> None:
    """Print what rich renders; nothing in it is taken for markup."""
    from rich.console import Console

    Console().print(renderable, markup=False)
