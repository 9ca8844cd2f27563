"""Starts Datasette with our pages on a loopback port and serves until it is told to stop.

Invariants: listens on 127.0.0.1 only; no page of Datasette's can write (no actor has a right to); nothing is fetched
from elsewhere.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import SetupError
from aiev.extras import extra
from aiev.store.reading.following import FollowedIndex
from aiev.store.reading.read_only import ReadOnly
from aiev.store.writing.connection import bring_up

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
_HERE = Path(__file__).parent
_SETTINGS = {
    "suggest_facets": False,  # costs 50 ms a column on a large table
    "allow_download": False,
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 500,
    "default_page_size": 25,  # of wide rows
    "truncate_cells_html": 400,
    "num_sql_threads": 3,
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the pages are."""

    port: int
    token: str

    @property
    def url(self) -> str:
        """The address to open in a browser, with the token."""
        return f"http://{HOST}:{self.port}/?token={self.token}"


def serve(db: Path, *, port: int, token: str, ready: Callable[[Address], None]) -> None:
    """Serve the pages of a database until SIGINT or SIGTERM.

    Args:
        db: the database; a file of an older aiev is brought to the newest schema first.
        port: to listen on; 0 for any that is free.
        token: that visitors must show; empty for a new one.
        ready: called with the address once it answers.

    Raises:
        StoreError: the database cannot be used.
        SetupError: the port is taken, or the extra `datasette` is not installed.
    """
    with extra("datasette", "`aiev serve`"):
        import uvicorn

        from aiev.view.web.pages import Pages
    bring_up(db)
    ReadOnly(db).close()
    index = FollowedIndex(db)
    try:
        index.current()
        with _listen(port) as listener:
            address = Address(listener.getsockname()[1], token or secrets.token_urlsafe(24))
            app = application(Pages(db, index), db, address)
            config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="on")
            server = _Announced(uvicorn, config, lambda: ready(address))
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again when it has ended
                server.run(listener)
    finally:
        index.close()


class _Announced:
    """A uvicorn server that says when it answers."""

    def __init__(self, uvicorn: Any, config: Any, ready: Callable[[], None]) -> None:
        class Server(uvicorn.Server):  # type: ignore[misc] # uvicorn is only there with the extra
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets=sockets)
                if self.started:
                    ready()

        self._server = Server(config)

    def run(self, listener: socket.socket) -> None:
        self._server.run(sockets=[listener])


def application(pages: Any, db: Path, address: Address) -> Any:
    """The ASGI application: the guard, our pages, then Datasette's."""
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.plugins import pm

    from aiev.view.web.guard import TABLES
    from aiev.view.web.plugin import Plugin

    pm.unregister(name="datasette.handle_exception")  # it prints every error with its variables, tokens included
    pm.register(Plugin(pages, address), name="aiev")
    datasette = Datasette(
        template_dir=str(_HERE / "templates"),
        static_mounts=[("-/aiev", str(_HERE / "static"))],
        settings=_SETTINGS,
        metadata={"title": db.name},
    )
    datasette.add_database(Database(datasette, path=str(db), is_mutable=True), name=TABLES)
    return datasette.app()


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it an answer takes 40 ms more
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise SetupError(f"cannot listen on {HOST}:{port}: {error}; name another with --port, 0 for any") from None
    return listener
