"""`aiev serve`: look at a database in a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, DB, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.view.web.server import Address

_TOKEN = "AIEV_SERVE_TOKEN"  # noqa: S105 - the name of a variable


@click.command()
@DB
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 for any that is free.")
@click.option("--open", "open_browser", is_flag=True, help="Open the address in a browser.")
@AS_JSON
def serve(db: Path, port: int, open_browser: bool, as_json: bool) -> None:
    """Serve pages to look at DB, on this machine only, until Ctrl-C.

    Prints the address with a token that keeps others out; a new one at each start unless AIEV_SERVE_TOKEN holds one.
    Nothing in DB can be changed but labels. Follows a run that is writing to DB.
    """
    from aiev.view.web.server import serve as serve_pages

    def ready(address: Address) -> None:
        if as_json:
            print_json({"url": address.url, "port": address.port})
        else:
            click.echo(f"{db} at {address.url}\nCtrl-C ends it.")
        if open_browser:
            click.launch(address.url)

    serve_pages(db, port=port, token=os.environ.get(_TOKEN, ""), ready=ready)
