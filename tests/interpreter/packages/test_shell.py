"""How a block of shell text is read as commands."""

import pytest

from aiev_interpreter.packages.shell import commands


def words(text):
    return [command.words for command in commands(text)]


@pytest.mark.parametrize(
    "prefix",
    [
        *("", "$ ", "$", "!", "%", "> ", ">>> ", "(venv) $ ", "me@host:~/x$ ", "In [3]: !", "PS C:\\x> "),
        *("sudo -H ", "A=1 B=2 "),
    ],
)
def test_what_stands_before_a_command_is_no_part_of_it(prefix):
    assert words(prefix + "pip install a") == [("pip", "install", "a")]


@pytest.mark.parametrize("end", [" && b", " || b", "; b", ";b", " | b", " & b", "\nb", "\r\n\r\nb"])
def test_commands_are_told_apart(end):
    assert words("a x" + end) == [("a", "x"), ("b",)]


@pytest.mark.parametrize(
    "rest", ["  # don't", " > /dev/null", " 2>&1", " &>log.txt", " >> out 2>/dev/null", " >/tmp/x"]
)
def test_comments_and_redirections_are_left_out(rest):
    assert words("a x>=1" + rest) == [("a", "x>=1")]


def test_quotes_hold_words_together_and_are_taken_off():
    assert words(r"""a "b >= 1; c" 'd e' f\ g "say \"hi\" """ + '"') == [
        ("a", "b >= 1; c", "d e", "f g", 'say \\"hi\\" '),
    ]


def test_a_continued_line_is_one_command():
    assert words("a b \\\n  c \\  \r\n d\ne") == [("a", "b", "c", "d"), ("e",)]


@pytest.mark.parametrize("text", ["a 'b", 'a "b && c', "a \\"])
def test_an_open_quote_is_marked(text):
    assert [command.balanced for command in commands(text)] == [False]


def test_a_command_is_shown_as_it_was_written_and_not_too_long():
    assert next(commands("$ a 'b c'  # d")).text == "a 'b c'  # d"
    assert len(next(commands("a " + "b" * 1000)).text) == 80


def test_marks_of_notebooks_and_empty_lines_are_no_commands():
    assert words("%%bash\n\n# a comment\n   \n") == []
