"""Looks at source texts without being misled by comments and literals.

A text is *masked* first: comments become blanks, literals become runs of `"`, newlines stay, so every position
means the same in both. What is looked for is then found in the masked text and edited in the original.
Invariant: an edit never adds or removes a line. Not covered: anything that takes a real parser, such as macros
that write code.
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
    """A pattern that matches what any of these does, the first of them winning."""
    return re.compile("|".join(patterns))


class Edit(NamedTuple):
    """Puts `text` in the place of what lies from `start` to `end`."""

    start: int
    end: int
    text: str


def masked(text: str, opaque: re.Pattern[str], accept: Callable[[str, re.Match[str]], bool] | None = None) -> str:
    """The text with what `opaque` matches made blank; `accept` may refuse a match that only looks like one."""
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
    """The text with all edits made; of two that overlap, the one that starts first wins."""
    parts, place = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if edit.start >= place:
            parts += [text[place : edit.start], edit.text]
            place = edit.end
    return "".join([*parts, text[place:]])


def blank(text: str) -> str:
    """As many lines as the text has, and nothing else."""
    return re.sub(r"[^\n]", " ", text)


def closing(mask: str, opening: int) -> int:
    """Where the bracket that opens at `opening` closes; the text's end when it never does."""
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
    """The part from `start` to `end` with everything inside of brackets made blank, and brackets kept."""
    parts, depth = [], 0
    for char in mask[start:end]:
        depth -= char in _CLOSING
        parts.append(char if depth <= 0 or char == "\n" else " ")
        depth += char in _OPENING
    return "".join(parts)


def at_top(mask: str, pattern: str) -> Iterator[re.Match[str]]:
    """Matches of a pattern that stand outside of all brackets."""
    return re.finditer(pattern, top_level(mask, 0, len(mask)), re.MULTILINE)


def trimmed(mask: str, start: int, end: int) -> tuple[int, int]:
    """The same span without blanks at its ends."""
    part = mask[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def comparison(mask: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the one comparison operator of an expression lies; None unless it is a plain `left OP right`."""
    flat = top_level(mask, start, end)
    if re.search(r"&&|\|\||\?|=>|->|,|;|\binstanceof\b|\bin\b", flat):
        return None
    found = list(re.finditer(r"[=!]==?|<=|>=|(?<=\s)[<>](?=\s)", flat))
    if len(found) != 1 or re.search(r"(?<![=!<>])=(?!=)", flat):
        return None
    return start + found[0].start(), start + found[0].end()


def quoted(text: str) -> str:
    """The text as a string literal of the C family, on one line and cut to a readable length."""
    text = " ".join(text.split())
    text = text if len(text) <= 200 else f"{text[:199]}…"  # noqa: PLR2004 - as many characters as a line of feedback
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
