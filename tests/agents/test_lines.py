"""Only line ends end lines: not form feeds, separators or U+2028."""

import pytest

from aiev_agents.languages.python import split_source
from aiev_agents.lines import bare_lines_of, first_line_of, lines_of

INSIDE = ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
PROGRAM = 'def first(items):\n    """A{0}B"""\n    return items[0]\n'
TESTS = 'def test_first():\n    assert first("a{0}b") == "a"\n'


@pytest.mark.parametrize("mark", INSIDE)
def test_a_mark_inside_of_a_line_does_not_end_it(mark):
    text = f"a{mark}b\r\n{mark}\nc\rd"
    assert lines_of(text) == [f"a{mark}b\r\n", f"{mark}\n", "c\r", "d"]
    assert bare_lines_of(text + "\n") == [f"a{mark}b", mark, "c", "d"]


def test_no_text_has_no_lines():
    assert (lines_of(""), bare_lines_of(""), first_line_of(" \n\t"), first_line_of("\n a \nb")) == ([], [], "", "a")


@pytest.mark.parametrize("mark", INSIDE)
def test_a_source_with_such_a_mark_in_a_string_is_taken_apart_where_its_statements_end(mark):
    program, tests = PROGRAM.format(mark), TESTS.format(mark)
    assert split_source(f"{program}\n\n{tests}") == (program.strip("\n"), tests.strip("\n"))


@pytest.mark.parametrize("between", ["\n\x0c\n", "\x0c\n", "\r\n\x0c\r\n"])
def test_pages_of_a_source_are_taken_apart_where_its_statements_end(between):
    parts = ["def one():\n    return 1\n", "def two():\n    return 2\n", "assert one() == 1\nassert two() == 2\n"]
    source = between.join(parts)
    program, tests = split_source(source)
    assert program.count("def ") == 2
    assert "assert" not in program
    assert tests.strip().split("\n") == ["assert one() == 1", "assert two() == 2"]
