"""Cuts strings and comments out of source, since all else is words and signs.

One regular expression for each family of languages; the source need not be a complete program. Each alternative begins
with its own character, so the search skips ahead to the next one, and none backtracks.

Invariant: as many spans as places where one was cut out. Not covered: nested comments.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Sequence

END, SPAN = 0xFF, 0xFE
"""What ends a text, and what replaces a string or comment: bytes that UTF-8 never contains."""
COMMENT, STRING, LONG_STRING = 2, 3, 4
"""Kinds of spans. A long string is one in three quotes."""
_DOUBLE = rb'"[^"\\\n\xff]*+(?:\\[^\xff][^"\\\n\xff]*+)*+"'
_SINGLE = rb"'[^'\\\n\xff]*+(?:\\[^\xff][^'\\\n\xff]*+)*+'"
_LONG_DOUBLE = rb'"""[^"\\\xff]*+(?:(?:\\[^\xff]|"(?!""))[^"\\\xff]*+)*+(?:"""|\\?(?=\xff))'
_LONG_SINGLE = rb"'''[^'\\\xff]*+(?:(?:\\[^\xff]|'(?!''))[^'\\\xff]*+)*+(?:'''|\\?(?=\xff))"
_TEMPLATE = rb"`[^`\\\xff]*+(?:\\[^\xff][^`\\\xff]*+)*+`"
_BLOCK = rb"/\*[^*\xff]*+(?:\*(?!/)[^*\xff]*+)*+(?:\*/|(?=\xff))"
_REST_OF_LINE = rb"[^\n\xff]*+"
_ESCAPED = rb"\\[^\xff]"
"""A backslash takes the next character with it; otherwise every quote of an escaped row would be tried as a start."""


def _any(*alternatives: bytes) -> re.Pattern[bytes]:
    return re.compile(b"(" + b"|".join(alternatives) + b")")


_PATTERNS = {
    "python": _any(_LONG_DOUBLE, _LONG_SINGLE, _DOUBLE, _SINGLE, rb"\#" + _REST_OF_LINE, _ESCAPED),
    "bash": _any(_SINGLE, _DOUBLE, rb"(?<![^\s;\xff])\#" + _REST_OF_LINE, _ESCAPED),
}
_C_FAMILY = _any(_DOUBLE, _SINGLE, _TEMPLATE, b"//" + _REST_OF_LINE, _BLOCK, _ESCAPED)
_QUOTES = frozenset(b"\"'`")


def cut(texts: Sequence[str], language: str) -> tuple[bytes, list[int]]:
    """Texts without their strings and comments.

    Returns:
        The texts as bytes, `END` after each and `SPAN` in place of what was cut out; and a number for each span: a hash
        of its content, a string's without quotes, and its kind in the lowest three bits.
    """
    data = b"\xff".join([text.encode(errors="surrogatepass") for text in texts]) + b"\xff"
    parts = _PATTERNS.get(language, _C_FAMILY).split(data)
    return b"\xfe".join(parts[::2]), [_number(span) for span in parts[1::2]]


def _number(span: bytes) -> int:
    if span[0] not in _QUOTES:
        return COMMENT
    if span[:3] in {b'"""', b"'''"}:
        return crc32(span.strip(b"\"'")) << 3 | LONG_STRING
    return crc32(span[1:-1]) << 3 | STRING
