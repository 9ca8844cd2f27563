import pytest

from aiev.preference.pair import comparable, matched
from aiev.preference.settings import PreferSettings

PROGRAM = "def f(x):\n    return (x + 1)  # fast\n"


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ("def f(x):\n\n  return x+1\n", False),
        ('def f(x):\n    """One more."""\n    return (x + 1)\n', False),
        ("def f(x):\n    return x + 2\n", True),
        ("def f(x):\n    y = x\n" + "    y += 1\n" * 20 + "    return y\n", False),
        ("", False),
    ],
    ids=["layout", "docstring", "another", "much longer", "empty"],
)
def test_only_programs_of_like_length_that_differ_in_more_than_layout_are_compared(other, differs):
    assert comparable(PROGRAM, other, "python", PreferSettings()) is differs


def test_texts_that_are_too_large_for_a_tree_are_compared_as_they_are():
    large = "x = 1\n" * 40_000
    assert not comparable(large, large, "python", PreferSettings())
    assert comparable(large, large + "y = 1\n", "python", PreferSettings())


def test_the_best_takes_the_worst_that_is_far_enough():
    found = matched([5, 3, 4, 1, 2], lambda best, worst: float(worst != 2 and best - worst > 1), 2)
    assert found == [(5, 1, 1.0)]
    assert matched([3, 2, 1, 0], lambda *_: 0.5, 9) == [(3, 0, 0.5), (2, 1, 0.5)]
    assert matched([], lambda *_: 1.0, 1) == []
