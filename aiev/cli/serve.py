"""`aiev serve`: a database in a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, DB
from aiev.cli.printing import print_json, say

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.view.web.server import Address

_TOKEN = "AIEV_SERVE_TOKEN"  # noqa: S105 - the name of a variable


@click.command()
@DB
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 for any free port.")
@click.option("--open", "open_browser", is_flag=True, help="Open the address in a browser.")
@AS_JSON
def serve(db: Path, port: int, open_browser: bool, as_json: bool) -> None:
    """Serve pages about DB, on this machine only, until Ctrl-C.

    Prints an address with a token that keeps others out; each start has a new one unless AIEV_SERVE_TOKEN holds one.
    Only labels can be changed. The pages follow a run that is writing to DB.
    """
    from aiev.view.web.server import serve as serve_pages

    def print_address(address: Address) -> None:
        if as_json:
            print_json({"url": address.url, "port": address.port})
        else:
            say(f"{db} at {address.url}\nCtrl-C ends it.")
        if open_browser:
            click.launch(address.url)

    serve_pages(db, port=port, token=os.environ.get(_TOKEN, ""), ready=print_address)
