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
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def json_lines(file: BinaryIO, name: str, limit: int) -> Iterator[Row | Skipped]:
    """One object a line; a line of more than `limit` bytes is skipped."""
    for number, line in enumerate(bounded_lines(file, limit), 1):
        where = f"{name}:{number}"
        if line is None:
            yield Skipped("too_large", where, f"a line of more than {limit} bytes")
        elif _without_mark(line).strip():
            yield _row(_parsed(line, where), where)


def json_rows(file: BinaryIO, name: str, limit: int) -> Iterator[Row | Skipped]:
    """A list of rows, an object of rows by name, one row, or JSON lines, told by a first line that is an object."""
    written = (line for line in bounded_lines(file, limit) if line is None or _without_mark(line).strip())
    first, second = _parsed(next(written, b"") or b"", name), next(written, b"")
    file.seek(0)
    if isinstance(first, dict) and (second != b"" or not all(isinstance(value, dict) for value in first.values())):
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
    """A JSON value, or `Skipped`; a fault in a text of several lines is named with its line in it."""
    try:
        return json.loads(_without_mark(data).decode("utf-8", errors="surrogateescape"))
    except json.JSONDecodeError as error:
        said = "UTF-16 text; save it as UTF-8" if data[:2] in _UTF_16 else f"{error.msg} at column {error.colno}"
        return Skipped("not_json", f"{where}:{error.lineno}" if b"\n" in data.strip() else where, said)
    except (ValueError, RecursionError) as error:
        return Skipped("not_json", where, str(error))


def _without_mark(data: bytes) -> bytes:
    return data.removeprefix(codecs.BOM_UTF8)


def _row(value: Any, where: str) -> Row | Skipped:
    match value:
        case Skipped():
            return value
        case dict():
            return Row(where, value)
        case _:
            return Skipped("not_json", where, "a row must be an object in braces; an array of rows is a .json file")


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
