"""Comparisons and literals are found in source texts."""

import pytest

from aiev_interpreter.languages import javascript, scan


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("a == b", "=="),
        ("f(x, y == z) !== [1, 2]", "!=="),
        ("a && b == c", None),
        ("a == b ? c : d", None),
        ("x => x == 1", None),
        ("a < b", "<"),
        ("f<int>(x) >= 3", ">="),
        ("a == b == c", None),
    ],
)
def test_a_plain_comparison_is_found(text, operator):
    found = scan.comparison(text, 0, len(text))
    assert (text[found[0] : found[1]] if found else None) == operator


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a / b / c; // x", "a / b / c;     "),
        ('x = /[/"]+/g;', 'x = """""""";'),
        ("`a${`b`}c` + 'd'", '"' * 10 + ' + """'),
        ("f('/*') /* ' */", 'f("""")        '),
    ],
)
def test_javascript_literals_are_masked(text, kept):
    assert javascript.masked(text) == kept
