"""A connection that only reads, and what all readers share.

Invariants: it never blocks the writer and never changes the file; every error of SQLite leaves as a `StoreError`. Each
reader answers the questions of one kind of user; several may share a connection. Not covered: any table, which is the
business of the readers.
"""

from __future__ import annotations

import json
import shlex
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from aiev.errors import StoreError
from aiev.store.keys import shield
from aiev.store.schema.version import NOT_READ, missing_steps, refuse_newer
from aiev.store.texts import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_SECONDS = 60.0
"""How long a query waits for a writer; in WAL mode it hardly ever has to."""
Row = dict[str, Any]


class ReadOnly:
    """A read-only connection to one database file. Use as a context manager or call `close()`."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            StoreError: the file is missing, is no database of aiev, is from a newer aiev, or cannot be read.
        """
        if not path.is_file():
            raise StoreError(f"no database {path}; `aiev teach` makes one")
        self.path = path
        uri = f"file:{quote(str(path))}?mode=ro"
        try:
            self._connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"cannot open {path}: {error}; name another file") from None
        try:
            refuse_newer(self._connection, path)
            self._connection.execute("select id from conversations limit 1")
            shield(self._connection)
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"{path} is not a database of aiev: {error}; name another file") from None
        except StoreError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._connection.close()

    def missing_steps(self) -> list[str]:
        """Steps of the schema that the file has not taken yet."""
        with self.connection() as connection:
            return missing_steps(connection, self.path)

    def refuse_older(self) -> None:
        """Pass when the file has all that this version shows.

        Only whoever writes to a file brings it to the newest schema: the aiev that made it may be writing to it now,
        and looking at a file should not change it.

        Raises:
            StoreError: the file was written by an older aiev.
        """
        if wanted := [step for step in self.missing_steps() if step not in NOT_READ]:
            raise StoreError(
                f"{self.path} was written by an older aiev (without {', '.join(wanted)}); bring it to this one's "
                f"schema with `aiev migrate {shlex.quote(str(self.path))}`, then look again"
            )

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """The connection itself, for what is no list of rows; errors of SQLite leave as StoreError."""
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise StoreError(f"cannot read {self.path}: {error}") from None

    def rows(self, query: str, *values: Any) -> list[Row]:
        """Rows as dictionaries; of two columns of one name the later counts, so a blob's text stands for its hash."""
        return list(self.stream(query, *values))

    def rows_of(self, table: str, query: str, *values: Any) -> list[Row]:
        """The same; nothing where the file has no such table, as one that an older aiev wrote may."""
        return self.rows(query, *values) if self.columns(table) else []

    def stream(self, query: str, *values: Any) -> Iterator[Row]:
        """The same as `rows`, one by one, without holding them all."""
        with self.connection() as connection:
            bound = [clean(value) if isinstance(value, str) else value for value in values]
            cursor = connection.execute(query, bound)
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def columns(self, table: str) -> set[str]:
        """Columns of a table; empty where the file has no such table."""
        return {row["name"] for row in self.rows("select name from pragma_table_info(?)", table)}


class Reader:
    """Queries of one kind of user over a connection, which it may share with other readers."""

    def __init__(self, db: ReadOnly) -> None:
        self.db = db

    @classmethod
    def open(cls, path: Path) -> Self:
        """One with a connection of its own, to be closed; raises what `ReadOnly` raises."""
        return cls(ReadOnly(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. May be called twice."""
        self.db.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self.db.path


def thoughts_column(db: ReadOnly) -> str:
    """What a query of messages adds for their thoughts; nothing in a file from before they were kept."""
    return ", reasoning" if "reasoning" in db.columns("messages") else ""


def parsed(row: Row, *names: str) -> Row:
    """A row with the JSON of these columns as values."""
    return row | {name: json.loads(row[name]) for name in names}
