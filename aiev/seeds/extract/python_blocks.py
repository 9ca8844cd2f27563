"""Finds the blocks of a Python source that may hold a documented top-level function, by their first column.

Parsing is most of the cost of extraction, and most of a source is methods and module code; so only the blocks that
begin with a top-level `def` and seem to hold a docstring are parsed.

Invariant: every documented top-level function lies inside of a block, or the answer is None and the whole source must
be parsed. Not covered: a triple quote in a comment or string that is balanced by another one; the text of such a string
may be taken for code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STARTS = (b"def ", b"async def ")
_NEXT_STATEMENT = re.compile(rb"\n(?=[^\s#)\]}])")
_DOCSTRING = re.compile(rb""":[ \t\r]*(?:#[^\n]*)?\n?(?:[ \t\r]*(?:#[^\n]*)?\n)*[ \t]*[rRuU]?["']""")
_LONG_QUOTES = (b'"""', b"'''")
_DOUBTFUL_END = re.compile(rb"#|[;\\\\]\Z")
_MAX_CUTS = 200
"""Lines of text in the first column, inside of a function's strings, after which the whole source is parsed."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a source, as byte offsets."""

    start: int
    end: int
    head: int = 0
    """Where the docstring seems to end, if the text shows that the function ends at `end`; else 0."""


def documented_blocks(data: bytes) -> list[Block] | None:
    """Blocks that may hold a documented top-level function, in order; None when the text does not show them."""
    blocks = list[Block]()
    checked = quotes = apostrophes = 0
    for position in _definitions(data):
        if position < checked:
            continue  # inside of a string of the function before
        quotes += data.count(b'"""', checked, position)
        apostrophes += data.count(b"'''", checked, position)
        if quotes % 2 or apostrophes % 2:
            return None  # this `def` may be text inside of a string
        start = _with_decorators(data, position, checked)
        end = _end(data, position)
        if start is None or end is None:
            return None
        if found := _DOCSTRING.search(data, position, end):
            blocks.append(_told_by_its_head(data, start, end, found.end() - 1) or Block(start, end))
        quotes += data.count(b'"""', position, end)
        apostrophes += data.count(b"'''", position, end)
        checked = end
    return blocks


def _told_by_its_head(data: bytes, start: int, end: int, quote: int) -> Block | None:
    """The block of one function without what follows it; None when the text does not show where it ends.

    It does with a docstring in three quotes with nothing beside it, and a last line without a comment, a semicolon or
    a backslash.
    """
    mark = data[quote : quote + 3]
    close = data.find(mark, quote + 3, end) if mark in _LONG_QUOTES else -1
    if close < 0 or b"\\" in data[quote:close]:
        return None
    head = close + 3
    behind = data.find(b"\n", head, end)
    if data[head : end if behind < 0 else behind].strip():
        return None
    last = end
    while True:  # leave out blank lines and comments at the end
        line = data.rfind(b"\n", start, last) + 1
        text = data[line:last].rstrip()
        if text and (not text.startswith(b"#") or line <= head):
            break
        last = line - 1
    last = line + len(text)
    if last < head or (last > head and _DOUBTFUL_END.search(data, line, last)):
        return None
    return Block(start, last, head)


def _definitions(data: bytes) -> list[int]:
    """Offsets of the lines that begin a function in the first column."""
    found = [0] if data.startswith(_STARTS) else []
    for start in _STARTS:
        position = data.find(b"\n" + start)
        while position >= 0:
            found.append(position + 1)
            position = data.find(b"\n" + start, position + 1)
    found.sort()
    return found


def _with_decorators(data: bytes, position: int, floor: int) -> int | None:
    """Where the decorators of a function begin; None when one of them may span several lines."""
    while position > floor:
        begin = data.rfind(b"\n", floor, position - 1) + 1 if position > 1 else 0
        begin = max(begin, floor)
        line = data[begin : position - 1]
        if line.startswith(b"@"):
            position = begin
        elif line.startswith(b"#"):
            above = _with_decorators(data, begin, floor)
            return position if above in {begin, None} else above
        elif line.strip() and (b"\n@" in data[floor:begin] or data.startswith(b"@", floor)):
            return None
        else:
            return position
    return position


def _end(data: bytes, position: int) -> int | None:
    """Where the next statement in the first column begins; text inside of triple quotes does not count."""
    end = position
    for _ in range(_MAX_CUTS):
        found = _NEXT_STATEMENT.search(data, end)
        end = found.end() if found else len(data)
        if data.count(b'"""', position, end) % 2 == 0 and data.count(b"'''", position, end) % 2 == 0:
            return end
        if found is None:
            return None
    return None
