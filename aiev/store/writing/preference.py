"""What is written of the matrix of one problem.

Invariant: a matrix is written as a whole, in the place of what was known of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.store.texts import digest
from aiev.store.writing.statements import as_json, columns, insert

if TYPE_CHECKING:
    from aiev.store.preference_records import MatrixRecord
    from aiev.store.writing.statements import Row, Statement

_FORGET = tuple(
    f"delete from {table} where conversation_id = ?"  # noqa: S608 - names of our own
    for table in ("generations", "test_units", "cells", "scores", "pairs")
)


def matrix_statements(matrix: MatrixRecord) -> tuple[Statement, ...]:
    """The statements that write a matrix."""
    key = {"conversation_id": matrix.conversation_id}
    texts = {digest(text): text for text in _texts(matrix)}
    rows: dict[str, list[Row]] = {
        "generations": [
            columns(one) | key | {"decoding": as_json(one.decoding), "text": digest(one.text)}
            for one in matrix.generations
        ],
        "test_units": [columns(one) | key | {"source": digest(one.source)} for one in matrix.units],
        "cells": [columns(one) | key for one in matrix.cells],
        "scores": [columns(one) | key | {"parameters": as_json(one.parameters)} for one in matrix.scores],
        "pairs": [columns(one) | key for one in matrix.pairs],
    }
    return (
        *((sql, [(matrix.conversation_id,)]) for sql in _FORGET),
        *([insert("blobs", *({"hash": name, "text": text} for name, text in texts.items()))] if texts else []),
        *(insert(table, *found) for table, found in rows.items() if found),
    )


def _texts(matrix: MatrixRecord) -> list[str]:
    return [*(one.text for one in matrix.generations), *(one.source for one in matrix.units)]
