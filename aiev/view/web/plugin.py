"""The Datasette plug-in: our routes, and the guard around all of them.

An object rather than a module of hooks, because it holds the pages that it serves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasette.hookspecs import hookimpl

from aiev.store.keys import shield
from aiev.view.web.result_size import bound

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Awaitable, Callable

    from aiev.view.web.pages import Pages


class Plugin:
    """Hooks of Datasette that aiev implements."""

    def __init__(self, pages: Pages, guarded: Callable[[Any], Any]) -> None:
        """Serve pages.

        Args:
            pages: ours.
            guarded: puts the guard around an ASGI application.
        """
        self._pages = pages
        self._guarded = guarded

    @hookimpl
    def register_routes(self) -> list[tuple[str, Any]]:
        """Our pages; they come before Datasette's of the same path."""
        pages = self._pages
        one = r"^/conversations/(?P<id>[0-9a-zA-Z_-]+)"
        return [
            (r"^/$", _view(pages.home)),
            (r"^/conversations$", _view(pages.conversations)),
            (r"^/conversations\.(?P<format>jsonl|csv)$", _view(pages.export)),
            (one + r"$", _view(pages.conversation)),
            (one + r"\.json$", _view(pages.conversation_data)),
            (one + r"/messages/(?P<position>[0-9]+)\.txt$", _view(pages.message_text)),
            (one + r"/label$", _view(pages.label)),
            (r"^/live\.json$", _view(pages.live)),
        ]

    @hookimpl
    def asgi_wrapper(self) -> Callable[[Any], Any]:
        """Put the guard around the application."""
        return self._guarded

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        """Keep the keys in use out of all that Datasette reads, and bound what a query brings."""
        shield(conn)
        bound(conn)

    @hookimpl
    def handle_exception(self, datasette: Any, request: Any, exception: Exception) -> Any:
        """Answer for a page that failed, one of Datasette's included."""
        return self._pages.problem(request, datasette, exception)


def _view(method: Callable[[Any, Any], Awaitable[Any]]) -> Any:
    """A function for a method; Datasette takes nothing else, and passes arguments by their names."""

    async def view(request: Any, datasette: Any) -> Any:
        return await method(request, datasette)

    return view
