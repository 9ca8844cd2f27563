"""The ASGI application: the guard, our pages, then those of Datasette.

Invariants: no page of Datasette can write (no actor has a right to); nothing is fetched from elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from aiev.view.web.guard import TABLES, Guard
from aiev.view.web.pages import Pages
from aiev.view.web.plugin import Plugin

if TYPE_CHECKING:
    from aiev.store.reading.following import FollowedIndex

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


def application(db: Path, index: FollowedIndex, *, token: str, port: int) -> Any:
    """The pages of a database for visitors who show the token, at a port."""
    plugin = Plugin(Pages(db, index), lambda app: Guard(app, token=token, port=port))
    pm.unregister(name="datasette.handle_exception")  # it prints every error with its variables, tokens included
    pm.register(plugin, name="aiev")
    datasette = Datasette(
        template_dir=str(_HERE / "templates"),
        static_mounts=[("-/aiev", str(_HERE / "static"))],
        settings=_SETTINGS,
        metadata={"title": db.name},
    )
    datasette.add_database(Database(datasette, path=str(db), is_mutable=True), name=TABLES)
    return datasette.app()
