"""Assertions that count for nothing, and tests that define the program anew."""

import pytest

from aiev.evidence.assertions import assertions
from aiev.evidence.faults import fault, faults, redefines

NAMES = frozenset({"f", "Stack", "Stack().pop"})


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ("assert f(1) == 2", ""),
        ("assert True", "constant"),
        ("assert 1 + 1 == 2", "constant"),
        ("assert 'f(1)' == 'f(1)'", "constant"),
        ("assert len([1]) == 1", "constant"),
        ("assert f(1) == f(1)", "self-comparing"),
        ("x = f(1)\nassert x == x", "self-comparing"),
        ("assert f(f(1)) == f(1)", ""),
        ("assert f is not None", "no call"),
        ("assert callable(f)", "no call"),
        ("s = Stack()\nassert s.pop() == 1", ""),
        ("x = [3, 1]\nf(x)\nassert x == [1, 3]", ""),
        ("def run(x): return f(x)\nassert run(1) == 2", ""),
        (("class T(TestCase):\n    def setUp(self):\n        self.s = Stack()\n    def test(self):\n"
         "        self.assertEqual(self.s.pop(), 1)"), ""),
        ("with pytest.raises(ValueError):\n    f(1)", ""),
    ],
)  # fmt: skip
def test_the_syntax_tells_why_an_assertion_counts_for_nothing(tests, reason):
    assert fault(assertions(tests, "python")[-1], NAMES) == reason


def test_an_argument_that_an_assertion_passed_is_looked_at_for_what_became_of_it():
    found = assertions("x = [3]\nassert f(x) == 3\nassert x == [3]", "python")
    assert [fault(one, NAMES) for one in found] == ["", ""]


def test_what_was_said_before_is_a_duplicate():
    found = assertions("assert f(1) == 2\nassert 2 == f( 1 )\nassert f(1) == 3\nassert 1", "python")
    assert faults(found, NAMES) == ("", "duplicate", "", "constant")


@pytest.mark.parametrize(
    ("language", "tests", "names"),
    [
        ("python", "def f(x):\n    return 2\nassert f(1) == 2", ("f",)),
        ("python", "def test():\n    f = lambda x: 2\n    assert f(1) == 2", ("f",)),
        ("python", "from solution import f\nassert f(1) == 2", ()),
        ("python", "class A:\n    def f(self): pass", ()),
        ("javascript", "const { f } = require('./solution');\nassert.equal(f(1), 2)", ()),
        ("javascript", "const f = require('./f');", ()),
        ("javascript", "function f() { return 2 }", ("f",)),
        ("cpp", "int f(int x) { return 2; }\nint main() { assert(f(1) == 2); }", ("f",)),
        ("java", "class Tests { static int f(int x) { return 2; } }", ()),
        ("rust", "mod tests { fn f(x: i32) -> i32 { 2 } }", ("f",)),
        ("go", "func f(x int) int { return 2 }", ("f",)),
        ("bash", "f() { echo 2; }\n[ $(f 1) = 2 ]", ("f",)),
    ],
)
def test_tests_that_define_the_program_anew_are_named(language, tests, names):
    assert redefines(tests, NAMES, language) == names
