"""What the writer thread runs: SQL with rows of values.

Invariants: table and column names come from this package, never from input; values are always bound; every statement
may be repeated, and gives the same rows again. sqlite-utils makes the schema, not the rows: its `insert(ignore=True)`
drops a row that breaks a check without a word, and its first upsert makes a table to find out what SQLite can do.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from aiev.store.texts import clean
from aiev_agents.encoding import encode

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from _typeshed import DataclassInstance

Row = dict[str, Any]
Statement = tuple[str, list[tuple[Any, ...]]]
"""SQL, and the values of each time that it runs."""
Command = tuple[Statement, ...]
"""What is committed together or not at all."""


def insert(table: str, *rows: Row) -> Statement:
    """Add rows with the same columns; where a key is there already, its row stays as it is."""
    return _statement(table, rows, " on conflict do nothing")


def upsert(table: str, row: Row, *key: str) -> Statement:
    """Add a row, or bring the one with the same key to its values."""
    return _statement(table, (row,), _update(tuple(row), key))


def columns(record: DataclassInstance) -> Row:
    """A record's fields by name. Unlike `asdict` it copies nothing, which counts with thousands of rows a second."""
    names, values_of = _fields(type(record))
    return dict(zip(names, values_of(record), strict=True))


def as_json(value: Any) -> str:
    """JSON with a stable key order."""
    return encode(value).decode()


def run(connection: sqlite3.Connection, command: Command) -> None:
    """Run a command in the transaction that the connection is in; a lone surrogate becomes a question mark."""
    for sql, rows in command:
        try:
            connection.executemany(sql, rows)
        except UnicodeEncodeError:  # too rare to look at every text beforehand
            connection.executemany(sql, [tuple(map(_cleaned, row)) for row in rows])


def _cleaned(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _statement(table: str, rows: Sequence[Row], on_conflict: str) -> Statement:
    sql = _insert(table, tuple(rows[0]), on_conflict) if rows else ""
    return sql, [tuple(row.values()) for row in rows]


@lru_cache
def _insert(table: str, names: tuple[str, ...], on_conflict: str) -> str:
    marks = ", ".join("?" * len(names))
    return f"insert into {table} ({', '.join(names)}) values ({marks}){on_conflict}"  # noqa: S608 - names are ours


@lru_cache
def _update(names: tuple[str, ...], key: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    return f" on conflict ({', '.join(key)}) do update set {changes}"


@lru_cache
def _fields(kind: type[DataclassInstance]) -> tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]:
    names = tuple(kind.__dataclass_fields__)
    return names, attrgetter(*names)
