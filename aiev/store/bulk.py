"""Many small writes as few statements.

Between two statements the writer thread takes the interpreter's lock back from the event loop, and with a thousand
conversations that wait is longer than SQLite's own work. So the rows of commands that are committed together go into
SQLite by the dozen, one statement for each kind of row.

Invariants: what one owner wrote is written in its order; values are always bound, never part of a statement. Knows
nothing of tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from aiev.store.texts import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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

    def run(self, db: Database, rows: list[Values]) -> None:
        """Run it with all rows; a number of rows that is not a power of two takes several statements."""
        at = 0
        while at < len(rows):
            count = min(MOST_ROWS, 1 << ((len(rows) - at).bit_length() - 1))
            values = [value for row in rows[at : at + count] for value in row]
            try:
                db.conn.execute(_sql(self, count), values)
            except UnicodeEncodeError:  # too seldom to look at every text beforehand
                cleaned = [clean(value) if isinstance(value, str) else value for value in values]
                db.conn.execute(_sql(self, count), cleaned)
            at += count


@dataclass(frozen=True, slots=True)
class Rows:
    """A command that may be merged with its neighbours."""

    owner: str
    """Whose rows they are: rows of different owners do not depend on each other."""
    changes: tuple[tuple[Statement, Values], ...]
    """Each statement with one row of it, in an order that suits their ranks."""

    def __call__(self, db: Database) -> None:
        """Run it alone."""
        for statement, values in self.changes:
            statement.run(db, [values])


def merged(commands: Iterable[Callable[[Database], None]]) -> Iterator[Callable[[Database], None]]:
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


class _Bulk:
    """Commands that run as one."""

    def __init__(self) -> None:
        self._rows: dict[Statement, list[Values]] = {}
        self._reached: dict[str, int] = {}
        """The highest rank of each owner."""

    def takes(self, command: Rows) -> bool:
        """Whether a command may run together with those before it, and its owner's order stays."""
        return all(statement.rank >= self._reached.get(command.owner, 0) for statement, _ in command.changes)

    def add(self, command: Rows) -> None:
        """Take a command."""
        for statement, values in command.changes:
            self._rows.setdefault(statement, []).append(values)
            self._reached[command.owner] = statement.rank

    def __call__(self, db: Database) -> None:
        """Run them."""
        for statement in sorted(self._rows, key=lambda statement: statement.rank):
            statement.run(db, self._rows[statement])


@lru_cache
def _sql(statement: Statement, rows: int) -> str:
    return statement.head + ", ".join([statement.marks] * rows) + statement.tail
