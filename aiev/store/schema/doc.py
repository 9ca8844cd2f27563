"""The schema as a Markdown document, made from a fresh database and what each column means.

Invariant: every column of every table and view has a meaning here, and no meaning is left over (a test holds both).
Not covered: the full-text index's shadow tables and the migrations' own record.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from aiev.store.schema.column_meanings import TABLES, meaning


def render_schema() -> str:
    """Every table and view with its columns, their types and meanings, as Markdown."""
    return "\n\n".join(_section(name, columns) for name, columns in schema().items())


def schema() -> dict[str, list[tuple[str, str]]]:
    """Columns with their types, by table and view, in the order of creation."""
    from sqlite_utils import Database

    from aiev.store.schema.migrations import migrate

    with closing(sqlite3.connect(":memory:")) as connection:
        migrate(Database(connection), Path(":memory:"))
        names = connection.execute(
            "select name from sqlite_master where type in ('table', 'view') and name not glob '_sqlite*'"
            " and name not glob 'sqlite_*' and name not glob 'messages_fts_*' order by rowid"
        ).fetchall()
        return {name: _columns(connection, name) for (name,) in names}


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """Names and types; `or null` where a value may be missing."""
    rows = connection.execute('select name, type, "notnull", pk from pragma_table_info(?)', [table]).fetchall()
    strict = connection.execute("select strict from pragma_table_list where name = ?", [table]).fetchone()[0]
    return [
        (name, kind.lower() + (" or null" if strict and not (notnull or key) else ""))
        for name, kind, notnull, key in rows
    ]


def _section(name: str, columns: list[tuple[str, str]]) -> str:
    lines = [f"| `{column}` | {kind} | {meaning(name, column)} |" for column, kind in columns]
    return "\n".join([f"### `{name}`", "", TABLES[name], "", "| column | type | meaning |", "|---|---|---|", *lines])
