"""Which conditions are guards, and what the tests want of them."""

import re

import pytest

from aiev_interpreter.languages import guards, javascript


@pytest.mark.parametrize(
    ("text", "wanted", "printed"),
    [
        ("if (a != b) { throw x; }", False, False),
        ("if (a == b) { log('PASS'); } else { throw x; }", True, False),
        ("if (a == b) log('PASS'); else log('FAIL');", True, True),
        ("if (a != b) failed++;", False, True),
    ],
)
def test_a_guard_says_what_it_wants(text, wanted, printed):
    (found,) = guards.guards(text, javascript.masked(text), re.compile(r"\bthrow\b"))
    assert text[found.start : found.end] in {"a != b", "a == b"}
    assert (found.wanted, found.printed) == (wanted, printed)


@pytest.mark.parametrize("text", ["if (a) { log('x'); }", "if (a) { if (b) { throw x; } }", "// if (a) throw x;"])
def test_other_conditions_are_no_guards(text):
    mask = javascript.masked(text)
    assert [text[one.start : one.end] for one in guards.guards(text, mask, re.compile(r"\bthrow\b"))] in ([], ["b"])
