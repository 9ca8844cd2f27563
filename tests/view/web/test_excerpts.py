import pytest

from aiev.view.web.excerpts import excerpt


def shown(texts, search):
    return "".join(f"[{piece}]" if hit else piece for piece, hit in excerpt(texts, search))


@pytest.mark.parametrize(
    ("text", "search", "expected"),
    [
        ("Sort a list of numbers", "LIST sort", "[Sort] a [list] of numbers"),
        ("def task_12(x)", "task_12", "def [task_12](x)"),
        ("task 12 and task_123", "task_12", "[task 12] and task_123"),
        ("a.b(c)", ".*", ""),
        ("listing", "list", ""),
        ("x" * 300 + " needle " + "y" * 300, "needle", "… " + "x" * 59 + " [needle] " + "y" * 173 + " …"),
        ("", "word", ""),
        ("größe", "GRÖSSE größe", ""),
        ("Größe", "größe", "[Größe]"),
    ],
)
def test_words_are_marked_where_they_stand(text, search, expected):
    assert shown([text], search) == expected


def test_the_first_text_that_holds_all_words_is_shown():
    assert shown(["only one", "two", "two and one"], "one two") == "[two] and [one]"


def test_the_end_of_an_endless_text_is_not_looked_at():
    assert shown(["x " * 5_000_000 + "needle"], "needle") == ""
