import pytest

from aiev.evidence.literals import is_literal, same_value, whole_numbers


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1", " 1 "),
        ("'a'", '"a"'),
        ("[1,2]", "[1, 2]"),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
        ("1", "1.0"),
        ("0.30000000000000004", "0.3"),
        ("(1, [2.0])", "(1, [2])"),
        ("{1, 2}", "{2, 1}"),
        ("f(x)", "f( x )"),
        ("float('nan')", "float('nan')"),
    ],
)
def test_the_same_value_written_twice(first, second):
    assert same_value(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1", "2"),
        ("True", "1"),
        ("[1, 2]", "(1, 2)"),
        ("'1'", "1"),
        ("0.3", "0.31"),
        ("None", "0"),
        ("{'a': 1}", "{'a': 2}"),
        ("f(x)", "f(y)"),
        ("", "0"),
        ("1e400", "1"),
    ],
)
def test_different_values(first, second):
    assert not same_value(first, second)


@pytest.mark.parametrize("text", ["(" * 5000, "[" * 1000, "1" * 5000, "\0", "\ud800", "{[]: 1}", "-'a'", "x"])
def test_no_text_makes_a_comparison_raise(text):
    assert not same_value(text, "1")
    assert not is_literal(text)


def test_other_languages_compare_texts():
    assert same_value("vec![1, 2]", "vec![1,2]", "rust")
    assert not same_value("1", "1.0", "go")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1.0", "1"),
        ("-2.0", "-2"),
        ("[1.0, (20.0, '3.0')]", "[1, (20, '3.0')]"),
        ("{'a\\'1.0': 1.5, \"4.0\": 10.05}", "{'a\\'1.0': 1.5, \"4.0\": 10.05}"),
        ("v1.0.0", "v1.0.0"),
        ("1.0e5", "1.0e5"),
        ("!ValueError", "!ValueError"),
    ],
)
def test_whole_numbers_are_written_without_a_point(text, plain):
    assert whole_numbers(text) == plain
