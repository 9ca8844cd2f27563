"""What commands print on standard output: one JSON document, or a view for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from aiev.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable


def show(as_json: bool, data: Callable[[], Any], view: Callable[[], Any]) -> None:
    """Print the data as JSON, or the view for people; only the one that is printed is made."""
    if as_json:
        print_json(data())
    else:
        print_view(view())


def print_json(data: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(data, ensure_ascii=True, indent=2))


def print_view(renderable: Any) -> None:
    """Print what rich renders; nothing in it is read as markup."""
    from aiev.view.terminal.console import VisibleConsole

    VisibleConsole().print(renderable, markup=False)


def say(text: str, *, err: bool = False) -> None:
    """Print lines; characters in them that are unseen or steer a terminal are made visible."""
    click.echo(visible(text), err=err)
