"""Which conditions are guards, which commands of Bash are checks, and what the tests want of them."""

import re

import pytest

from aiev_interpreter.languages import bash, guards, javascript, scan


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


@pytest.mark.parametrize(
    ("tests", "kinds"),
    [
        ("[ a = b ]", ["bare"]),
        ("if [ a = b ]; then echo pass; else echo FAIL; fi", ["true"]),
        ("if [ a != b ]; then echo no; exit 1; fi", ["false"]),
        ("if ! [ a = b ]; then exit 1; fi", ["true"]),
        ("[[ a == b ]] || exit 1", ["true"]),
        ("[[ a == b ]] && echo ok || echo failed", ["true"]),
        ("[[ a != b ]] && exit 1", ["false"]),
        ("while [ a = b ]; do :; done", []),
        ("if [ -d x ]; then rm -r x; fi", []),
        ("echo '[ a = b ]' # [ c ]", []),
        ("echo x | grep -q x", ["bare"]),
    ],
)
def test_bash_checks_and_what_is_wanted_of_them(tests, kinds):
    mask = scan.masked(tests, bash._OPAQUE)
    assert [one.kind for one in bash.checks(tests, mask)] == kinds
