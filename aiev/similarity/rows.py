"""Rows of JSONL, JSON, CSV and Parquet files, also compressed by gzip, one after the other.

Invariant: a file that cannot be read as what its name says is one clear error that names the line.
"""

from __future__ import annotations

import csv
import gzip
import json
from typing import IO, TYPE_CHECKING, Any

from aiev.errors import SetupError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = tuple[str, dict[str, Any]]
"""Where it stands (`file:line`), and its fields."""
_PARQUET_ROWS = 256
_MOST_OF_A_FIELD = 100_000_000


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of a file, streamed (a `.json` file is read whole).

    Raises:
        UsageError: the file is not there, is of no known kind, or is broken.
        SetupError: Parquet is asked for and pyarrow is not installed.
    """
    suffix = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    reader = {"jsonl": _jsonl, "ndjson": _jsonl, "json": _json, "csv": _csv}.get(suffix)
    try:
        if suffix == "parquet":
            yield from _parquet(path)
        elif reader is None:
            raise UsageError(f"cannot tell what {path} holds; name it .jsonl, .json, .csv or .parquet")
        else:
            opened = gzip.open if path.name.endswith(".gz") else open
            with opened(path, "rt", encoding="utf-8", newline="" if suffix == "csv" else None) as file:
                yield from reader(file, path)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None


def _jsonl(file: IO[str], path: Path) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield _checked(_parsed(line, f"{path}:{number}"), f"{path}:{number}")


def _json(file: IO[str], path: Path) -> Iterator[Row]:
    """A list of rows, or a table of them by name."""
    data = _parsed(file.read(), str(path))
    rows = data.values() if isinstance(data, dict) else data
    if not isinstance(data, dict | list):
        raise UsageError(f"{path}: not a list of objects")
    for number, row in enumerate(rows, 1):
        yield _checked(row, f"{path}:{number}")


def _csv(file: IO[str], path: Path) -> Iterator[Row]:
    csv.field_size_limit(_MOST_OF_A_FIELD)
    reader = csv.DictReader(file)
    try:
        for row in reader:
            yield f"{path}:{reader.line_num}", {name: value for name, value in row.items() if name}
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: not CSV: {error}") from None


def _parquet(path: Path) -> Iterator[Row]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise SetupError(f"{path} is Parquet: pip install pyarrow") from None
    try:
        with pq.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(_PARQUET_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path}:{number}", row
    except pa.ArrowException as error:
        raise UsageError(f"{path} is not Parquet: {str(error).splitlines()[0]}") from None


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not JSON: {error}") from None


def _checked(row: Any, where: str) -> Row:
    if not isinstance(row, dict):
        raise UsageError(f"{where}: not an object with fields")
    return where, row
