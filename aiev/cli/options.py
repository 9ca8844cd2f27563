"""The options that commands share, and the configuration that they give.

Layers of the configuration, each over the one before: the defaults, `--config` files, `--set` values, and the options
that `setting` declares.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aiev.cli.duration import DURATION
from aiev.errors import UsageError
from aiev_agents.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_SETTINGS = "aiev.settings"


def setting(name: str, key: str, *, to: Any = None, **attributes: Any) -> Callable[[_Command], _Command]:
    """An option that sets one value of the configuration, where it is given.

    Args:
        name: of the option.
        key: `section.key` of the configuration.
        to: makes the option a flag that sets this value; None sets the option's own value.
        attributes: of `click.option`.
    """

    def remember(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value is not None and value is not False and value != ():
            text = json.dumps(value if to is None else to, ensure_ascii=False, default=str)
            context.meta.setdefault(_SETTINGS, []).append(f"{key}={text}")

    return click.option(name, expose_value=False, callback=remember, is_flag=to is not None, **attributes)


def configured(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options `--config` and `--set`, and the merged configuration as its argument `config`."""

    @click.option("--set", "assignments", multiple=True, metavar="SECTION.KEY=VALUE", help="Set one value; repeatable.")
    @click.option(
        "--config",
        "files",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A TOML file over the defaults, or the name of a shipped one (openai, vllm, selfcodealign, codedpo, "
        "smollm2); repeatable.",
    )
    @functools.wraps(command)
    def with_config(*, files: tuple[Path, ...], assignments: tuple[str, ...], **values: Any) -> Any:
        from aiev.config.layers import load_config

        given = click.get_current_context().meta.get(_SETTINGS, ())
        return command(config=load_config(files, (*assignments, *given)), **values)

    return with_config


def limited(accepted: str = "") -> Callable[[_Command], _Command]:
    """The options that limit what a start may spend, and how many of what it may accept where that is named."""
    names = [name for name in _LIMITS if accepted or name != "accepted"]

    def with_limits(command: _Command) -> _Command:
        for name in reversed(names):
            kind, words = _LIMITS[name]
            key = f"limits.max_{'seconds' if name == 'time' else name}"
            command = setting(f"--max-{name}", key, type=kind, help=f"Stop {words.format(accepted)}.")(command)
        return command

    return with_limits


def language_called(name: str) -> str:
    """Name of the language that a user means."""
    from aiev_interpreter.languages import UnknownLanguage, language_named

    try:
        return language_named(name).name
    except UnknownLanguage as error:
        raise UsageError(f"--language: {error}") from None


PATH = click.Path(path_type=Path)
AT_LEAST_0, AT_LEAST_1 = click.IntRange(min=0), click.IntRange(min=1)
_LIMITS: dict[str, tuple[click.ParamType[Any], str]] = {
    "cost": (click.FloatRange(min=0, min_open=True), "at this many US dollars"),
    "tokens": (AT_LEAST_1, "at this many tokens, read and written"),
    "accepted": (AT_LEAST_1, "at this many {}"),
    "time": (DURATION, "after this time, such as 90s, 30m, 2h or 1d"),
}
"""What a start can be limited by: the kind of value, and the help in words."""
SHARE = click.FloatRange(min=0, max=1)
LANGUAGE_NAME = click.Choice(list(LANGUAGES))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
DB = click.argument("db", type=PATH)
DATABASE = click.option("--db", type=PATH, default=Path("aiev.db"), show_default=True, help="The database.")
SOURCES = click.argument("sources", nargs=-1)
LIMIT = setting("--limit", "run.limit", type=AT_LEAST_1, help="Take at most this many seeds.")
LANGUAGE = setting(
    "--language",
    "dialogue.language",
    type=LANGUAGE_NAME,
    help="Language of the problems; by default that of each seed.",
)
