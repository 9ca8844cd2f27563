"""Changes a suite where one assertion stands, and nowhere else.

Invariant: every byte outside of the assertion stays. Where an assertion cannot be changed by itself, the text comes
back as it was, so that whoever calls can tell by comparing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.assertions import located_assertions
from aiev.evidence.trees import descendants, named, text_of, tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.assertion import Assertion, Located

_LOOSE = frozenset({
    *("comparison_operator", "boolean_operator", "not_operator", "conditional_expression", "expression_list", "lambda"),
})  # fmt: skip
_OPERATOR = re.compile(rb"\s*(?:is not|is|not in|in|[!<>=]=?=?)\s*")
_MAIN = re.compile(r"^if __name__\b", re.MULTILINE)


def replace_expected(tests: str, assertion: Assertion, value: str, language: str) -> str:
    """The suite with `value`, an expression, where the assertion has the value that it expects.

    A comparison by another operator becomes one of equality. The text comes back as it was where the expected value
    does not stand by itself, and where an exception would become a value.
    """
    place = _find(tests, assertion, language)
    value = _closed(value, language)
    if place is None or assertion.relation in {"instance", "matches", "same items", "has", "lacks", "length"}:
        return tests
    data, relation = tests.encode(), assertion.relation
    if relation in {"true", "false"} and place.actual is not None and place.row is None:
        start, end = place.actual
        return _put(data, end, end, f" {'==' if relation == 'true' else '!='} {value}")
    if place.expected is None or (relation == "raises" and not re.fullmatch(r"[A-Za-z_][\w.]*", value)):
        return tests
    start, end = place.expected
    if place.actual is not None and relation not in {"==", "almost", "raises"}:
        between = data[place.actual[1] : start]
        if not _OPERATOR.fullmatch(between):
            return tests
        return _put(data, place.actual[1], end, f" == {value}")
    return _put(data, start, end, value)


def without(tests: str, assertion: Assertion, language: str) -> str:
    """The suite without the assertion: its statement, or its row in a table of cases."""
    place = _find(tests, assertion, language)
    if place is None:
        return tests
    data = tests.encode()
    if place.row is not None:
        start, end = place.row
        line_start, line_end = _line(data, start, end)
        if not data[line_start:start].strip() and not data[end:line_end].strip(b" \t\r\n,"):
            return _put(data, line_start, line_end, "")
        after = re.match(rb"[ \t]*,[ \t]*(?:\n[ \t]*)?", data[end:])
        before = re.search(rb",\s*$", data[:start])
        if after is not None:
            return _put(data, start, end + after.end(), "")
        return _put(data, before.start() if before else start, end, "")
    return _without_statement(data, *place.statement, language)


def with_added(tests: str, assertions: Sequence[Assertion], language: str) -> str:
    """The suite with further assertions at its end, before what runs it.

    Python only; each becomes a statement at the top level. Those that are no statement about one call are left out.
    """
    lines = [line for one in assertions if (line := statement(one))] if language == "python" else []
    if not lines:
        return tests
    found = _MAIN.search(tests)
    at = found.start() if found else len(tests)
    head, tail = tests[:at], tests[at:]
    joint = "" if not head or head.endswith("\n") else "\n"
    return f"{head}{joint}{chr(10).join(lines)}\n{tail}"


def statement(assertion: Assertion) -> str:
    """An assertion as a statement of Python that needs nothing of its suite; empty when there is none."""
    call, expected = assertion.call, assertion.expected
    match assertion.relation:
        case _ if not call or "\n" in call + expected:
            return ""
        case "true":
            return f"assert {call}"
        case "false":
            return f"assert not ({call})"
        case "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "is" | "is not":
            return f"assert {_closed(call, 'python')} {assertion.relation} {_closed(expected, 'python')}"
        case "has":
            return f"assert {_closed(expected, 'python')} in {_closed(call, 'python')}"
        case "none":
            return f"assert {_closed(call, 'python')} is None"
        case "raises" if expected:
            failure = f"raise AssertionError({call + ' did not raise'!r})"
            return f"try:\n    {call}\nexcept {expected}:\n    pass\nelse:\n    {failure}"
    return ""


def _find(tests: str, assertion: Assertion, language: str) -> Located | None:
    """Where an assertion stands: the one that equals it, or else the first one with its key and value."""
    places = located_assertions(tests, language)
    equal = [place for place in places if place.assertion == assertion]
    alike = [p for p in places if (p.assertion.key, p.assertion.value) == (assertion.key, assertion.value)]
    return next(iter([*equal, *alike]), None)


def _put(data: bytes, start: int, end: int, text: str) -> str:
    return (data[:start] + text.encode(errors="replace") + data[end:]).decode()


def _closed(value: str, language: str) -> str:
    """A value in parentheses when an operator beside it could tear it apart."""
    root = tree(value, language) if language == "python" else None
    statements = named(root) if root is not None else []
    inner = named(statements[0]) if len(statements) == 1 else []
    loose = statements and (len(inner) != 1 or inner[0].type in _LOOSE)
    return f"({value})" if loose and not text_of(statements[0]).startswith("(") else value


def _line(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The whole lines around some bytes."""
    return data.rfind(b"\n", 0, start) + 1, len(data) if (found := data.find(b"\n", end)) < 0 else found + 1


def _without_statement(data: bytes, start: int, end: int, language: str) -> str:
    """Remove a statement, with its line when nothing else stands there; a block of Python is never left empty."""
    line_start, line_end = _line(data, start, end)
    alone = not data[line_start:start].strip() and not data[end:line_end].strip(b" \t\r\n;")
    if alone:
        text = _put(data, line_start, line_end, "")
    else:
        after = re.match(rb"\s*;[ \t]*", data[end:])
        text = _put(data, start, end + (after.end() if after else 0), "")
    root = tree(text, language) if language in {"python", "bash"} else None
    if root is None or not (
        root.has_error or any(node.type == "block" and not named(node) for node in descendants(root))
    ):
        return text
    return _put(data, start, end, "pass" if language == "python" else ":")
