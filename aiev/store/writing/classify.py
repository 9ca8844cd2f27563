"""What a round is counted under beside its texts: the class of its error, and the packages that it asked for.

Written with each execution, so that lists and counts never read a text. Invariant: rows written before these columns
were there get the same values as rows written since.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from aiev.store.writing.error_class import error_class

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_SEPARATORS = re.compile(r"[-_.]+")
_BATCH = 1000


def package_names(requirements: Iterable[str]) -> list[str]:
    """Normalized names of the packages in a list of PEP 508 strings, sorted, each once.

    Source: the normalization of PEP 503.
    """
    found = (_NAME.match(requirement) for requirement in requirements)
    return sorted({_SEPARATORS.sub("-", match[1]).lower() for match in found if match})


def note_packages(connection: sqlite3.Connection, conversation_id: str, requirements: Iterable[str]) -> None:
    """Remember which packages a conversation asked for."""
    rows = [(name, conversation_id) for name in package_names(requirements)]
    connection.executemany("insert into packages (package, conversation_id) values (?, ?) on conflict do nothing", rows)


def classify_executions(connection: sqlite3.Connection) -> None:
    """Classify the rounds that are there already."""
    query = (
        "select e.rowid, e.conversation_id, e.verdict, b.text, e.exit_code, e.requirements"
        " from executions e join blobs b on b.hash = e.stderr"
    )
    for batch in _batches(connection.execute(query)):
        classes = [(error_class(verdict, text, code), rowid) for rowid, _, verdict, text, code, _ in batch]
        connection.executemany("update executions set error_class = ? where rowid = ?", classes)
        for _, conversation_id, _, _, _, requirements in batch:
            note_packages(connection, conversation_id, json.loads(requirements))


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[tuple[int, str, str, str, int | None, str]]]:
    while batch := cursor.fetchmany(_BATCH):
        yield batch
