"""Rows on their way into SQLite: statements built from column names.

Invariant: table and column names come from this package, never from input; values are always bound.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from aiev.store.writing.bulk import Rows, Statement, Values
from aiev_agents.encoding import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import DataclassInstance
    from sqlite_utils import Database

Row = dict[str, Any]
_LEFT_ALONE = " on conflict do nothing"


def insert_new(db: Database, table: str, *rows: Row) -> None:
    """Insert rows; those whose key is there stay as they are."""
    Rows("", tuple((insertion(0, table, *row), tuple(row.values())) for row in rows))(db)


def upsert(db: Database, table: str, row: Row, *key: str) -> None:
    """Insert a row, or bring the one with its key to the same values."""
    Rows("", (upserts(0, table, row, *key),))(db)


def insertion(rank: int, table: str, *names: str) -> Statement:
    """What `insert_new` does, for rows with these columns that are merged with others."""
    return _insert(rank, table, names, _LEFT_ALONE)


def upserts(rank: int, table: str, row: Row, *key: str) -> tuple[Statement, Values]:
    """The same as `upsert`, to be merged with other rows."""
    names = tuple(row)
    return _insert(rank, table, names, _on_conflict(names, key)), tuple(row.values())


class Shape:
    """Records of one class on their way into a table, as one statement that is built once."""

    def __init__(
        self,
        rank: int,
        table: str,
        kind: type[DataclassInstance],
        *,
        added: Sequence[str] = (),
        without: Sequence[str] = (),
        key: Sequence[str] = (),
    ) -> None:
        """Say which columns there are.

        Args:
            rank: of the statement.
            table: where the rows go.
            kind: the class; its fields are columns of the same names.
            added: further columns, whose values come with each record.
            without: fields that are none, or whose values are among those that come with the record.
            key: a row with the same values of these is brought to the others; without, a row that is there stays.
        """
        names = [name for name in kind.__dataclass_fields__ if name not in without]
        self._values_of = attrgetter(*names)
        everything = (*names, *added)
        tail = _on_conflict(everything, tuple(key)) if key else _LEFT_ALONE
        self._statement = _insert(rank, table, everything, tail)

    def row(self, record: DataclassInstance, *added: Any) -> tuple[Statement, Values]:
        """One record with the values of the added columns, to be merged with other rows."""
        return self._statement, self._values_of(record) + added


def columns(record: DataclassInstance) -> Row:
    """A record's fields by name. Unlike `asdict` it copies nothing, which counts with thousands of rows a second."""
    names, values_of = _fields(type(record))
    return dict(zip(names, values_of(record), strict=True))


def as_json(value: Any) -> str:
    """JSON with a stable key order."""
    return encode(value).decode()


@lru_cache
def _on_conflict(names: tuple[str, ...], key: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    return f" on conflict ({', '.join(key)}) do update set {changes}"


@lru_cache
def _insert(rank: int, table: str, names: tuple[str, ...], tail: str) -> Statement:
    marks = ", ".join("?" * len(names))
    head = f"insert into {table} ({', '.join(names)}) values "  # noqa: S608 - names are ours
    return Statement(rank, head, f"({marks})", tail)


@lru_cache
def _fields(kind: type[DataclassInstance]) -> tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]:
    names = tuple(kind.__dataclass_fields__)
    return names, attrgetter(*names)
