r"""Lines of a text, as compilers and editors count them.

Invariant: only "\n", "\r\n" and "\r" end a line. `str.splitlines` also cuts at form feeds, vertical tabs, U+001C to
U+001E, U+0085, U+2028 and U+2029, all of which may stand inside of a line of a program, a string or a JSON row; so this
project does not call it (`tests/test_layout.py`).
"""

from __future__ import annotations

import io


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends; joined, they are the text."""
    return io.StringIO(text, newline="").readlines()


def bare_lines_of(text: str) -> list[str]:
    """The lines of a text without their ends; a line end that closes the text begins no further line."""
    return [line.rstrip("\r\n") for line in lines_of(text)]


def first_line_of(text: str) -> str:
    """The first line that is not blank, without space around it; empty if there is none."""
    return next((line.strip() for line in lines_of(text) if line.strip()), "")
