"""Reads a table file, whatever its kind, row by row.

Invariant: the ending of a file's name says what it holds. Not covered: databases of aiev and datasets of the hub, which
`aiev.seeds` reads.
"""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING

from aiev.errors import UsageError
from aiev.tables.files import open_regular
from aiev.tables.parquet import parquet_rows
from aiev.tables.row import Row, Skipped
from aiev.tables.text import csv_rows, json_lines, json_rows, tsv_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

MAX_ROW_BYTES = 100_000_000
_TEXT = {"jsonl": json_lines, "ndjson": json_lines, "json": json_rows, "csv": csv_rows, "tsv": tsv_rows}
_PARQUET = "parquet"
_SAID = {
    "too_large": "too large",
    "not_json": "not JSON",
    "not_csv": "not CSV",
    "broken_table": "not Parquet",
    "unreadable": "cannot be read",
    "not_a_file": "not a file",
}


def read_rows(path: Path, *, max_row_bytes: int = MAX_ROW_BYTES) -> Iterator[Row]:
    """Rows of a file that must be right from end to end.

    Raises:
        UsageError: the file is not there, is of no known kind, or has a row that cannot be read.
        SetupError: see `scan_table`.
    """
    for row in scan_table(path, max_row_bytes=max_row_bytes):
        if isinstance(row, Skipped):
            raise UsageError(f"{row.where}: {_SAID[row.reason]}: {row.detail}")
        yield row


def scan_table(
    path: Path,
    name: str = "",
    *,
    max_row_bytes: int = MAX_ROW_BYTES,
    wanted: Callable[[Sequence[str]], Collection[str]] = lambda names: names,
) -> Iterator[Row | Skipped]:
    """Rows of a file; what cannot be read is skipped and said.

    Args:
        path: its ending says what it holds: .jsonl, .ndjson, .json, .csv or .tsv, each also with .gz; or .parquet.
        name: names the file in what is yielded; "" takes its path.
        max_row_bytes: limit of a line or field of text.
        wanted: takes the names of a Parquet file's columns, returns those to read.

    Raises:
        UsageError: the ending is none of these.
        SetupError: Parquet is read with pyarrow, and that is not installed.
    """
    if not is_table(path):
        raise UsageError(f"cannot tell what {path} holds; name it .jsonl, .json, .csv or .parquet")
    name, opened = name or str(path), open_regular(path)
    if isinstance(opened, Skipped):
        yield opened
        return
    with opened as file:
        if _kind(path) == _PARQUET:
            yield from parquet_rows(file, name, wanted)
            return
        try:
            yield from _TEXT[_kind(path)](_unpacked(file, path), name, max_row_bytes)
        except (OSError, EOFError, zlib.error) as error:
            yield Skipped("unreadable", name, str(error))


def is_table(path: Path) -> bool:
    """Whether a file's ending is that of a table."""
    return _kind(path) in _TEXT or path.suffix.lower() == f".{_PARQUET}"


def _kind(path: Path) -> str:
    return path.name.lower().removesuffix(".gz").rpartition(".")[2]


def _unpacked(file: BinaryIO, path: Path) -> BinaryIO:
    return io.BufferedReader(gzip.open(file, "rb")) if path.suffix.lower() == ".gz" else file
