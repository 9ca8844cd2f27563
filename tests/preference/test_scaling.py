import pytest

from aiev.preference.scaling import KINDS, larger

BOTH, SEQUENCES, NUMBERS = KINDS


@pytest.mark.parametrize(
    ("call", "kinds", "expected"),
    [
        ("f([1, 2], 3)", BOTH, "f([1, 2] * 9, 3 * 9)"),
        ("f([1, 2], 3)", SEQUENCES, "f([1, 2] * 9, 3)"),
        ("f([1, 2], 3)", NUMBERS, "f([1, 2], 3 * 9)"),
        ("f('é', k=(1,))", SEQUENCES, "f('é' * 9, k=(1,) * 9)"),
        ("C(2).f('a')", BOTH, "C(2).f('a' * 9)"),
        ("f(x, None, 1.5)", BOTH, "f(x, None, 1.5)"),
        ("f(", BOTH, "f("),
        ("", BOTH, ""),
    ],
)
def test_literal_arguments_of_a_kind_are_made_larger(call, kinds, expected):
    assert larger([call], 9, kinds) == (expected,)


def test_once_is_as_it_was():
    assert larger(["f([1])"], 1, BOTH) == ("f([1])",)
