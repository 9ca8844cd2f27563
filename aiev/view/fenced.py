"""Takes a reply apart into prose and fenced code, for showing.

Invariant: every line comes out once and in order, but for the fences themselves; the time grows with the length of the
text only. Not covered: what of a reply is solution or tests; that is the business of the agents' parsing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = re.compile(r"```([\w+#]*)")
_CLOSING = re.compile(r"```[ \t]*")


def blocks(text: str) -> Iterator[tuple[str | None, list[str]]]:
    """Runs of lines with their fence's language, None for prose. A fence that nothing closes ends with the text."""
    language: str | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        opening = _OPENING.match(line)
        if language is None and opening:
            yield language, lines
            language, lines = opening[1].lower(), []
        elif language is not None and _CLOSING.fullmatch(line):
            yield language, lines
            language, lines = None, []
        else:
            lines.append(line)
    yield language, lines
