"""Bounds what one query of Datasette's may bring into memory.

Invariant: a larger value, or a larger result, is an error of the query in one line. Not covered: what SQLite itself
needs to find a result, which Datasette's time limit bounds.
"""

from __future__ import annotations

import sqlite3
from typing import Any

MOST_BYTES = 64 << 20
"""Of one result, and of one value in it."""


def bound(connection: sqlite3.Connection) -> None:
    """Bound the results of a connection that gives rows by name."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
    connection.row_factory = _Counting()


class _Counting:
    """Makes the rows of a connection, which has one cursor at a time, and counts their bytes."""

    def __init__(self) -> None:
        self._cursor: sqlite3.Cursor | None = None
        self._bytes = 0

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if cursor is not self._cursor:
            self._cursor, self._bytes = cursor, 0
        self._bytes += sum(len(value) for value in values if isinstance(value, str | bytes))
        if self._bytes > MOST_BYTES:
            self._cursor = None
            raise sqlite3.OperationalError(
                f"the result is larger than {MOST_BYTES >> 20} MiB; ask for fewer rows or columns, or for substr(…)"
            )
        return sqlite3.Row(cursor, values)
