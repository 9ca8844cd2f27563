"""Sessions of Python's prompt in a text: `>>> f(1)`, and what it prints on the next lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.reader import Reader
from aiev.evidence.trees import named, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.evidence.assertion import Assertion

_PROMPT = re.compile(r"^[ \t]*>>> ?(.*)$")
_MORE = re.compile(r"^[ \t]*\.\.\. ?(.*)$")
MOST_LINES = 20_000


def sessions(text: str) -> Iterator[tuple[str, str]]:
    """What is typed at each prompt, and what is printed below it, which may be nothing."""
    lines = text.split("\n")[:MOST_LINES]
    number = 0
    while number < len(lines):
        match = _PROMPT.match(lines[number])
        number += 1
        if match is None:
            continue
        typed = [match[1]]
        while number < len(lines) and (more := _MORE.match(lines[number])):
            typed.append(more[1])
            number += 1
        printed = []
        while number < len(lines) and lines[number].strip(" \t\r\"'") and not _PROMPT.match(lines[number]):
            printed.append(lines[number].strip())
            number += 1
        yield "\n".join(typed).strip(), " ".join(printed)


def doctest_assertions(text: str) -> list[Assertion]:
    """Prompts that evaluate one expression whose value is printed as a literal."""
    found = []
    for typed, printed in sessions(text):
        if printed and (assertion := comparison(typed, printed)) is not None:
            found.append(assertion)
    return found


def comparison(call: str, value: str) -> Assertion | None:
    """The assertion that a call gives a value; None when one of them is no expression of its own."""
    if not is_expression(call) or not is_expression(value):
        return None
    root = tree(f"assert ({call}) == ({value})", "python")
    if root is None or root.has_error:
        return None
    found = Reader("python").read(root)
    return found[0].assertion if len(found) == 1 and found[0].assertion.call else None


def is_expression(text: str) -> bool:
    """Whether a text is one expression of Python."""
    root = tree(text, "python")
    if root is None or root.has_error or len(named(root)) != 1:
        return False
    inner = named(named(root)[0])
    return named(root)[0].type == "expression_statement" and len(inner) == 1 and "assignment" not in inner[0].type
