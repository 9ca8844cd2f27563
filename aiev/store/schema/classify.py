"""Classifies the rounds of a file from before there were error classes and packages.

Invariant: rows written before these columns existed get the same values as rows written since.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiev.store.error_class import error_class
from aiev.store.packages import package_names

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

_BATCH = 1000
_EXECUTIONS = """
select e.rowid, e.conversation_id, e.verdict, b.text, e.exit_code, e.requirements
from executions e join blobs b on b.hash = e.stderr
"""
_Execution = tuple[int, str, str, str, int | None, str]


def classify_executions(connection: sqlite3.Connection) -> None:
    """Fill in the error class of every round, and the packages that it asked for."""
    for batch in _batches(connection.execute(_EXECUTIONS)):
        classes = [(error_class(verdict, text, code), rowid) for rowid, _, verdict, text, code, _ in batch]
        connection.executemany("update executions set error_class = ? where rowid = ?", classes)
        packages = [
            (name, conversation_id)
            for _, conversation_id, _, _, _, requirements in batch
            for name in package_names(json.loads(requirements))
        ]
        connection.executemany(
            "insert into packages (package, conversation_id) values (?, ?) on conflict do nothing", packages
        )


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[_Execution]]:
    while batch := cursor.fetchmany(_BATCH):
        yield batch
