"""Serves the pages of a database on a loopback port until it is told to stop.

Invariant: listens on 127.0.0.1 only.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.errors import SetupError
from aiev.extras import extra
from aiev.store.reading.following import FollowedIndex
from aiev.store.reading.read_only import ReadOnly
from aiev.store.writing.connection import bring_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "127.0.0.1"


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
        db: the database; one of an older aiev is brought to the newest schema first.
        port: to listen on; 0 for any free port.
        token: that visitors must show; empty for a new one.
        ready: called with the address when the server answers.

    Raises:
        StoreError: the database cannot be used.
        SetupError: the port is taken, or the extra `datasette` is not installed.
    """
    with extra("datasette", "`aiev serve`"):
        import uvicorn

        from aiev.view.web.application import application
    bring_up(db)
    ReadOnly(db).close()
    index = FollowedIndex(db)
    try:
        index.current()
        with _listen(port) as listener:
            address = Address(listener.getsockname()[1], token or secrets.token_urlsafe(24))
            app = application(db, index, token=address.token, port=address.port)
            config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="on")
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again when it has ended
                _announced(config, lambda: ready(address)).run(sockets=[listener])
    finally:
        index.close()


def _announced(config: Any, ready: Callable[[], None]) -> Any:
    """A uvicorn server that calls `ready` when it answers."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready()

    return Server(config)


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it an answer takes 40 ms more
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise SetupError(f"cannot listen on {HOST}:{port}: {error}; choose another --port, 0 for any") from None
    return listener
