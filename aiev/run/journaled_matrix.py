"""A matrix and its result in the forms that the journal keeps.

Invariant: a result is the same after the round trip. Not covered: which results are kept (`journal.py`).
"""

from __future__ import annotations

import hashlib
import json

from aiev.store.writing.statements import as_json, columns
from aiev_agents.encoding import encode
from aiev_interpreter.matrix import Cell, Coverage, Matrix, MatrixResult
from aiev_interpreter.verdict import Verdict


def matrix_hash(matrix: Matrix, image: str) -> str:
    """SHA-256 of a matrix's canonical form together with the image that it runs in."""
    fields = columns(matrix) | {"limits": columns(matrix.limits)}
    return hashlib.sha256(encode({"matrix": fields, "image": image})).hexdigest()


def as_text(result: MatrixResult) -> str:
    """A result as JSON."""
    return as_json(columns(result) | {"coverage": columns(result.coverage) if result.coverage else None})


def from_text(text: str) -> MatrixResult:
    """The result that a text was made from."""
    found = json.loads(text)
    return MatrixResult(
        **found
        | {
            "cells": tuple(tuple(map(Cell, row)) for row in found["cells"]),
            "cpu_seconds": tuple(map(tuple, found["cpu_seconds"])),
            "values": tuple(map(tuple, found["values"])),
            "coverage": _coverage(found["coverage"]),
            "verdict": Verdict(found["verdict"]),
        }
    )


def _coverage(found: dict[str, object] | None) -> Coverage | None:
    return Coverage(**found | {"missing": tuple(found["missing"])}) if found else None  # type: ignore[arg-type] # as written
