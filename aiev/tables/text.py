"""Tables that are text: JSON lines, JSON and CSV.

Invariant: a row that cannot be read is skipped, and the rows after it are read. A byte order mark, CRLF and blank
lines are accepted; bytes that are not UTF-8 become lone surrogates, so that the row is not lost.
"""

from __future__ import annotations

import codecs
import csv
import json
from typing import TYPE_CHECKING, Any

from aiev.tables.files import bounded_lines
from aiev.tables.row import Row, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

MAX_DOCUMENT_BYTES = 1 << 30
"""Limit of a JSON document, which is read whole."""


def json_lines(file: BinaryIO, name: str, limit: int) -> Iterator[Row | Skipped]:
    """One object a line; a line of more than `limit` bytes is skipped."""
    for number, line in enumerate(bounded_lines(file, limit), 1):
        where = f"{name}:{number}"
        if line is None:
            yield Skipped("too_large", where, f"a line of more than {limit} bytes")
        elif line.strip():
            yield _row(_parsed(line, where), where)


def json_rows(file: BinaryIO, name: str, limit: int) -> Iterator[Row | Skipped]:
    """A list of rows, an object of rows by name, or JSON lines, told by a first line that is a row of its own."""
    first = _parsed(file.readline(limit + 1), name)
    file.seek(0)
    if isinstance(first, dict) and not all(isinstance(value, dict) for value in first.values()):
        yield from json_lines(file, name, limit)
        return
    data = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        yield Skipped("too_large", name, f"a document of more than {MAX_DOCUMENT_BYTES} bytes")
        return
    rows = _parsed(data, name)
    if isinstance(rows, Skipped):
        yield rows
    elif isinstance(rows, dict | list):
        for number, row in enumerate(rows.values() if isinstance(rows, dict) else rows, 1):
            yield _row(row, f"{name}:{number}")
    else:
        yield Skipped("not_json", name, "neither a list nor an object")


def _parsed(data: bytes, where: str) -> Any:
    """A JSON value, or `Skipped`."""
    try:
        return json.loads(data.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="surrogateescape"))
    except (ValueError, RecursionError) as error:
        return Skipped("not_json", where, str(error))


def _row(value: Any, where: str) -> Row | Skipped:
    match value:
        case Skipped():
            return value
        case dict():
            return Row(where, value)
        case _:
            return Skipped("not_json", where, "a row must be an object in braces")


def csv_rows(file: BinaryIO, name: str, limit: int, delimiter: str = ",") -> Iterator[Row | Skipped]:
    """Rows below a head line, numbered without it; fields that have no head are left out."""
    csv.field_size_limit(limit)
    too_long = list[int]()

    def lines() -> Iterator[str]:
        for number, line in enumerate(bounded_lines(file, limit), 1):
            if line is None:
                too_long.append(number)
            else:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8", errors="surrogateescape")

    rows = csv.DictReader(lines(), delimiter=delimiter)
    try:
        for number, row in enumerate(rows, 1):
            yield Row(f"{name}:{number}", {key: value for key, value in row.items() if key})
    except csv.Error as error:
        yield Skipped("not_csv", f"{name}:{rows.line_num}", str(error))
    for number in too_long:
        yield Skipped("too_large", f"{name}, line {number}", f"more than {limit} bytes")


def tsv_rows(file: BinaryIO, name: str, limit: int) -> Iterator[Row | Skipped]:
    """The same with tabs."""
    return csv_rows(file, name, limit, "\t")
