import pytest

from aiev.evidence.mutants.mutate import Mutant
from aiev.evidence.mutation import equal_mutants


@pytest.mark.parametrize(
    ("values", "equal"),
    [
        (["1", "[2, 3]"], True),
        (["1.0", "[2.0, 3]"], True),
        (["1.5", "[2, 3]"], False),
        (["1", ""], False),
    ],
    ids=["the same", "whole floats", "another value", "no value"],
)
def test_a_survivor_is_equal_that_gives_the_same_for_every_input(values, equal):
    survivor = Mutant("arithmetic", 2, "n", "n + 0", "def f(n):\n    return n + 0\n")
    assert bool(equal_mutants([survivor], [["1", "[2, 3]"], values])) is equal
