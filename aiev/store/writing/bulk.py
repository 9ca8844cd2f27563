"""Many small writes as few statements.

A statement with dozens of rows takes SQLite hardly longer than one with a single row. So the rows of commands that are
committed together go in together, one statement for each kind of row.

Invariants: what one owner wrote is written in its order; values are always bound, never part of a statement. Knows
nothing of tables, and imports nothing but the standard library: a process of its own (`statement_process.py`) loads it
too, without any other package.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

MOST_ROWS = 64
"""Rows in one statement, at most: 30 columns of each stay far below the 32,766 values that SQLite takes."""
Values = tuple[Any, ...]


class Statement(NamedTuple):
    """SQL for any number of rows of one shape: `head`, the marks of each row, `tail`."""

    rank: int
    """Among statements that are merged, the one with the lower rank runs first."""
    head: str
    marks: str
    tail: str

    def of(self, rows: list[Values]) -> Iterator[tuple[str, list[Any]]]:
        """SQL with its values for all rows; a number of rows that is not a power of two takes several statements."""
        at = 0
        while at < len(rows):
            count = min(MOST_ROWS, 1 << ((len(rows) - at).bit_length() - 1))
            yield _sql(self, count), [value for row in rows[at : at + count] for value in row]
            at += count


class Rows(NamedTuple):
    """A command that may be merged with its neighbours."""

    owner: str
    """Whose rows they are: rows of different owners do not depend on each other."""
    changes: tuple[tuple[Statement, Values], ...]
    """Each statement with one row of it, in an order that suits their ranks."""

    def __call__(self, db: Database) -> None:
        """Run it alone."""
        run_rows(db.conn, [self])


Command = Callable[["Database"], None] | Rows


def merged(commands: Iterable[Command]) -> Iterator[Callable[[Database], None]]:
    """The same commands as fewer ones; those that are no `Rows` stay what and where they are."""
    bulk = _Bulk()
    for command in commands:
        if not isinstance(command, Rows):
            yield bulk
            yield command
            bulk = _Bulk()
            continue
        if not bulk.takes(command):
            yield bulk
            bulk = _Bulk()
        bulk.add(command)
    yield bulk


def run_rows(connection: sqlite3.Connection, commands: Iterable[Rows]) -> None:
    """Run commands, merged, on a connection, in the transaction that it is in."""
    for bulk in merged(commands):
        if isinstance(bulk, _Bulk):
            bulk.run(connection)


class _Bulk:
    """Commands that run as one."""

    def __init__(self) -> None:
        self._rows: dict[Statement, list[Values]] = {}
        self._reached: dict[str, int] = {}
        """The highest rank of each owner."""

    def takes(self, command: Rows) -> bool:
        """Whether a command may run together with those before it, and its owner's order stays."""
        reached = self._reached.get(command.owner)
        return reached is None or all(statement.rank >= reached for statement, _ in command.changes)

    def add(self, command: Rows) -> None:
        """Take a command."""
        for statement, values in command.changes:
            self._rows.setdefault(statement, []).append(values)
            self._reached[command.owner] = statement.rank

    def run(self, connection: sqlite3.Connection) -> None:
        """Run them."""
        for statement in sorted(self._rows, key=attrgetter("rank")):
            for sql, values in statement.of(self._rows[statement]):
                _run(connection, sql, values)

    def __call__(self, db: Database) -> None:
        """Run them as a command."""
        self.run(db.conn)


def _run(connection: sqlite3.Connection, sql: str, values: list[Any]) -> None:
    """Run one statement; a lone surrogate in a text becomes a question mark."""
    try:
        connection.execute(sql, values)
    except UnicodeEncodeError:  # too seldom to look at every text beforehand
        cleaned = [value.encode(errors="replace").decode() if isinstance(value, str) else value for value in values]
        connection.execute(sql, cleaned)


@lru_cache
def _sql(statement: Statement, rows: int) -> str:
    return statement.head + ", ".join([statement.marks] * rows) + statement.tail
