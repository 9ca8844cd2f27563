"""A suite taken apart into suites that run on their own."""

import pytest
from support.hostile_texts import HOSTILE

from aiev.evidence.assertions import assertions
from aiev.evidence.units import units


def held(tests):
    """The assertions of each unit."""
    return [[one.source for one in assertions(unit, "python")] for unit in units(tests, "python")]


def test_each_assertion_at_the_top_has_what_stands_above_it():
    assert units("import math\nassert f(1) == 2\nx = 3\nassert f(x) == 4\n", "python") == (
        "import math\nassert f(1) == 2\n",
        "import math\nx = 3\nassert f(x) == 4\n",
    )


def test_a_flat_test_function_is_split_and_keeps_its_values():
    tests = "def test():\n    '''Why.'''\n    x = 1\n    assert f(x) == 2\n    with raises(E):\n        f(0)\n"
    first, second = units(tests, "python")
    assert ("f(x) == 2" in first, "raises" in first, "x = 1" in first) == (True, False, True)
    assert ("f(x) == 2" in second, "raises" in second, "x = 1" in second) == (False, True, True)


@pytest.mark.parametrize(
    "body",
    [
        "    s = Stack()\n    assert s.pop() == 1\n    assert s.pop() == 2\n",
        "    x = [2, 1]\n    sort(x)\n    assert x[0] == 1\n    assert x[1] == 2\n",
        "    for x in y:\n        assert f(x)\n    assert f(1)\n",
        "    if x:\n        assert f(x)\n    assert f(1)\n",
    ],
)
def test_a_function_whose_assertions_depend_on_each_other_stays_whole(body):
    assert units(f"def test():\n{body}", "python") == (f"def test():\n{body}",)


def test_each_method_of_a_class_has_its_set_up():
    tests = (
        "import unittest\n\nclass T(unittest.TestCase):\n    def setUp(self):\n        self.x = 1\n"
        "    def test_a(self):\n        self.assertEqual(f(self.x), 2)\n    def test_b(self):\n"
        "        self.assertEqual(f(2), 3)\n\nif __name__ == '__main__':\n    unittest.main()\n"
    )
    first, second = units(tests, "python")
    assert ("test_a" in first, "test_b" in first, "test_a" in second, "test_b" in second) == (True, False, False, True)
    assert all(
        "import unittest" in unit and "self.x = 1" in unit and "__main__" not in unit for unit in (first, second)
    )


def test_fixtures_helpers_and_constants_below_come_along():
    tests = "def test(n):\n    assert f(n) == CASE\n@pytest.fixture\ndef n(): return 1\nCASE = 2\n"
    (unit,) = units(tests, "python")
    assert ("def n()" in unit, "CASE = 2" in unit) == (True, True)


def test_a_function_that_the_text_calls_is_called_once_for_each_assertion():
    found = units("def check(g):\n    assert g(1) == 2\n    assert g(2) == 3\n\ncheck(f)\n", "python")
    assert [(unit.count("assert"), unit.endswith("check(f)\n")) for unit in found] == [(1, True), (1, True)]


def test_calls_of_a_helper_and_loops_over_cases_are_units():
    assert held("def c(x, y):\n    assert f(x) == y\nc(1, 2)\nc(3, 4)\n") == [["assert f(x) == y"]] * 2
    assert len(units("for x, y in [(1, 2), (3, 4)]:\n    assert f(x) == y\nassert f(0)\n", "python")) == 2


def test_an_example_of_a_docstring_is_a_unit():
    assert units('"""\n>>> f(1)\n2\n"""\n', "python") == ("assert f(1) == 2\n",)


def test_set_up_that_the_text_calls_is_no_test():
    assert units("def setup():\n    g()\nsetup()\nassert f(1)\n", "python") == (
        "def setup():\n    g()\nsetup()\nassert f(1)\n",
    )


@pytest.mark.parametrize(("language", "tests"), [("python", "x = 1"), ("python", "assert f("), ("go", "func T() {}")])
def test_what_cannot_be_taken_apart_stays_whole(language, tests):
    assert units(tests, language) == (tests,)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_crashes(text):
    assert isinstance(units(text, "python"), tuple)
