"""Finds the conditions that decide whether tests fail, in languages of the C family.

A *guard* is an `if` whose body throws, exits or prints a failure: `if (got != want) throw …`. It counts as an assertion
when the tests get past it. Invariant: a guard is only its condition, so wrapping it in a call moves no line. Not
covered: decisions without an `if`, such as `switch` or `cond ? pass() : fail()`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from aiev_interpreter.languages import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiev_interpreter.languages.scan import Edit

PRINTED = re.compile(r"fail(?!s\b)|\bincorrect|\bwrong\b|\bnot ok\b|[✗✘❌]", re.IGNORECASE)
"""Words of a failure that tests only print."""
_IF = re.compile(r"\bif\s*(?=\()")
_GO_IF = re.compile(r"\bif\s(?!.*\bfunc\b)")


class Guard(NamedTuple):
    """A condition from `start` to `end` that decides about a failure."""

    start: int
    end: int
    wanted: bool
    """The value of the condition with which the tests go on."""
    printed: bool
    """Whether the failure is only printed, so nothing else ends the tests."""

    @property
    def outcome(self) -> str:
        """The wanted value as a literal: `true` or `false`."""
        return str(self.wanted).lower()

    def literal(self, text: str) -> str:
        """The condition as a string literal if its failure is only printed, else an empty one."""
        return scan.quoted(text[self.start : self.end]) if self.printed else '""'

    def passed_to(self, before: str, after: str, inner: Iterable[Edit] = ()) -> list[Edit]:
        """Edits that make the condition an argument of a call; `inner` are edits within the condition."""
        return scan.wrapped(self.start, self.end, before, after, inner)


def guards(text: str, mask: str, fails: re.Pattern[str], *, ends: str = ";") -> Iterator[Guard]:
    """The guards of a text whose conditions are in parentheses.

    Args:
        text: the source.
        mask: the masked source.
        fails: matches a body that ends the tests.
        ends: characters that end a statement without braces.
    """
    for found in _IF.finditer(mask):
        close = scan.closing(mask, found.end())
        body = _statement(mask, close + 1, ends)
        yield from _judged(text, mask, (found.end() + 1, close), body, fails, ends)


def go_guards(text: str, mask: str, fails: re.Pattern[str]) -> Iterator[Guard]:
    """The same for Go and Rust: no parentheses, and perhaps a statement before the condition."""
    for found in _GO_IF.finditer(mask):
        place = found.end()
        while place < len(mask) and mask[place] != "{":
            place = scan.closing(mask, place) if mask[place] in "([" else place
            place += 1
        flat = scan.top_level(mask, found.end(), place)
        start = found.end() + flat.rfind(";") + 1
        yield from _judged(text, mask, (start, place), _statement(mask, place, ";"), fails, ";")


def _judged(  # noqa: PLR0917 - a private step of both
    text: str, mask: str, condition: tuple[int, int], body: tuple[int, int], fails: re.Pattern[str], ends: str
) -> Iterator[Guard]:
    otherwise = _otherwise(mask, body[1], ends)
    span = scan.trimmed(mask, *condition)
    for words, printed in ((fails, False), (PRINTED, True)):
        bad = bool(words.search(_direct(text, mask, *body)))
        bad_otherwise = bool(otherwise and words.search(_direct(text, mask, *otherwise)))
        if bad != bad_otherwise and span[0] < span[1]:
            yield Guard(*span, wanted=bad_otherwise, printed=printed)
            return


def _statement(mask: str, start: int, ends: str) -> tuple[int, int]:
    """The statement that begins after `start`."""
    start, _ = scan.trimmed(mask, start, len(mask))
    if mask[start : start + 1] == "{":
        return start, scan.closing(mask, start) + 1
    place = start
    while place < len(mask) and mask[place] not in f"{ends}}}":
        place = scan.closing(mask, place) if mask[place] in "([{" else place
        place += 1
    return start, min(place + 1, len(mask)) if mask[place : place + 1] != "}" else place


def _otherwise(mask: str, after: int, ends: str) -> tuple[int, int] | None:
    """The plain `else` branch of an `if` whose body ends at `after`."""
    found = re.compile(r"[\s;]*else\b(?!\s*if\b)").match(mask, after)
    return _statement(mask, found.end(), ends) if found else None


def _direct(text: str, mask: str, start: int, end: int) -> str:
    """A body without comments and inner blocks."""
    start = start + 1 if mask[start : start + 1] == "{" else start
    parts, place = [], start
    while place < end:
        if mask[place] == "{":
            place = scan.closing(mask, place)
        elif mask[place] != " ":
            parts.append(text[place])
        else:
            parts.append(" ")
        place += 1
    return "".join(parts)
