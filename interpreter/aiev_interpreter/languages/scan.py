"""Searches and edits source texts without being misled by comments and literals.

A text is *masked* first: comments become blanks, literals become runs of `"`, and newlines stay, so every position is
the same in both texts. A search runs on the masked text, and its result is edited in the original. Invariant: an edit
never adds or removes a line. Not covered: anything that needs a real parser, such as macros that generate code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_OPENING, _CLOSING = "([{", ")]}"
LINE_COMMENT, BLOCK_COMMENT = r"//[^\n]*", r"/\*[\s\S]*?\*/"
STRING, CHARACTER = r'"(?:\\[\s\S]|[^"\\\n])*"', r"'(?:\\.|[^'\\\n])+'"


def any_of(*patterns: str) -> re.Pattern[str]:
    """A pattern that matches any of these; the first that matches wins."""
    return re.compile("|".join(patterns))


class Edit(NamedTuple):
    """Replaces the span from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


def masked(text: str, opaque: re.Pattern[str], accept: Callable[[str, re.Match[str]], bool] | None = None) -> str:
    """The text with every match of `opaque` masked; `accept` can reject a match that only looks like one."""
    parts, place = [], 0
    while found := opaque.search(text, place):
        if accept and not accept(text, found):
            parts.append(text[place : found.start() + 1])
            place = found.start() + 1
            continue
        fill = " " if found.group().startswith(("//", "/*", "#")) else '"'
        parts += [text[place : found.start()], re.sub(r"[^\n]", fill, found.group())]
        place = found.end()
    return "".join([*parts, text[place:]])


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits applied. Of two that overlap, the one that starts first wins."""
    parts, place = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if edit.start >= place:
            parts += [text[place : edit.start], edit.text]
            place = edit.end
    return "".join([*parts, text[place:]])


def wrapped(start: int, end: int, before: str, after: str, inner: Iterable[Edit] = ()) -> list[Edit]:
    """Edits that put a span between two texts; `inner` are edits within the span."""
    return [Edit(start, start, before), *inner, Edit(end, end, after)]


def blank(text: str) -> str:
    """The text with everything but its newlines replaced by blanks."""
    return re.sub(r"[^\n]", " ", text)


def closing(mask: str, opening: int) -> int:
    """Position where the bracket at `opening` closes; the end of the text if it never does."""
    depth = 0
    for place in range(opening, len(mask)):
        if mask[place] in _OPENING:
            depth += 1
        elif mask[place] in _CLOSING:
            depth -= 1
            if not depth:
                return place
    return len(mask)


def top_level(mask: str, start: int, end: int) -> str:
    """The part from `start` to `end` with everything inside brackets blanked, and the brackets kept."""
    parts, depth = [], 0
    for char in mask[start:end]:
        depth -= char in _CLOSING
        parts.append(char if depth <= 0 or char == "\n" else " ")
        depth += char in _OPENING
    return "".join(parts)


def at_top(mask: str, pattern: str) -> Iterator[re.Match[str]]:
    """Matches of a pattern outside all brackets."""
    return re.finditer(pattern, top_level(mask, 0, len(mask)), re.MULTILINE)


def trimmed(mask: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks at its ends."""
    part = mask[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def comparison(mask: str, start: int, end: int) -> tuple[int, int] | None:
    """The span of the comparison operator in a plain `left OP right`; None for any other expression."""
    flat = top_level(mask, start, end)
    if re.search(r"&&|\|\||\?|=>|->|,|;|\binstanceof\b|\bin\b", flat):
        return None
    found = list(re.finditer(r"[=!]==?|<=|>=|(?<=\s)[<>](?=\s)", flat))
    if len(found) != 1 or re.search(r"(?<![=!<>])=(?!=)", flat):
        return None
    return start + found[0].start(), start + found[0].end()


def quoted(text: str) -> str:
    """The text as a string literal of the C family, on one line and at most 200 characters long."""
    text = " ".join(text.split())
    text = text if len(text) <= 200 else f"{text[:199]}…"  # noqa: PLR2004 - as many characters as a line of feedback
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
