"""A suite changed where one assertion stands."""

import pytest
from support.hostile_texts import HOSTILE

from aiev.evidence.assertions import assertions
from aiev.evidence.editing import replace_expected, with_added, without

TABLE = "for x, y in [\n    (1, 2),  # one\n    (3, 4),\n]:\n    assert f(x) == y\n"
HELPER = "def c(x, y):\n    assert f(x) == y\nc(1, 2)\nc(3, 4)\n"


def last(tests, language="python"):
    return assertions(tests, language)[-1]


@pytest.mark.parametrize(
    ("tests", "value", "expected"),
    [
        ("assert f(1)==2 # why", "[9]", "assert f(1)==[9] # why"),
        ("assert 2 == f(1), 'é'", "9", "assert 9 == f(1), 'é'"),
        ("assert f(1) is None", "9", "assert f(1) == 9"),
        ("assert f(1) != 2", "9", "assert f(1) == 9"),
        ("assert f(1) == 2", "1 if x else 2", "assert f(1) == (1 if x else 2)"),
        ("assert f(1) == 2", "1, 2", "assert f(1) == (1, 2)"),
        ("assert f(1)", "False", "assert f(1) == False"),
        ("assert not f(1)", "True", "assert not f(1) != True"),
        ("self.assertTrue(f(1), 'm')", "3", "self.assertTrue(f(1) == 3, 'm')"),
        ("got = f(1)\nassert got == 2", "9", "got = f(1)\nassert got == 9"),
        ("self.assertEqual(2, f(1))", "9", "self.assertEqual(9, f(1))"),
        ("assert abs(f(1) - 0.5) < 1e-6", "0.25", "assert abs(f(1) - 0.25) < 1e-6"),
        ("with raises(ValueError):\n    f(1)", "KeyError", "with raises(KeyError):\n    f(1)"),
        ("with raises(ValueError):\n    f(1)", "3", "with raises(ValueError):\n    f(1)"),
        (TABLE, "9", TABLE.replace("4", "9")),
        (
            "def c(x, y):\n    assert f(x) == y\nc(1, 2)\nc(3, 4)",
            "9",
            "def c(x, y):\n    assert f(x) == y\nc(1, 2)\nc(3, 9)",
        ),
    ],
)
def test_the_expected_value_alone_is_replaced(tests, value, expected):
    assert replace_expected(tests, last(tests), value, "python") == expected


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("x = 1\nassert f(1) == 2\n\ny = 2\n", "x = 1\n\ny = 2\n"),
        ("a = 1; assert f(1) == 2; b = 2\n", "a = 1; b = 2\n"),
        ("def test():\n    assert f(1) == 2\n", "def test():\n    pass\n"),
        ("def test():\n    '''Why.'''\n    assert f(1) == 2\n", "def test():\n    '''Why.'''\n"),
        ("x = 1\nwith raises(E):\n    f(1)\n", "x = 1\n"),
        (TABLE, "for x, y in [\n    (1, 2),  # one\n]:\n    assert f(x) == y\n"),
        ("for x, y in [(1, 2), (3, 4)]:\n    assert f(x) == y\n", "for x, y in [(1, 2)]:\n    assert f(x) == y\n"),
        ("def c(x, y):\n    assert f(x) == y\nc(1, 2)\nc(3, 4)\n", "def c(x, y):\n    assert f(x) == y\nc(1, 2)\n"),
    ],
)
def test_an_assertion_is_taken_out_and_nothing_else(tests, expected):
    assert without(tests, last(tests), "python") == expected


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ("got = f(1)\nassert got == 2", "assert f(1) == 2"),
        ("self.assertEqual(2, f(1))", "assert f(1) == 2"),
        ("self.assertFalse(f(1))", "assert not (f(1))"),
        ("assert 3 in f(1)", "assert 3 in f(1)"),
        ("with raises(E):\n    f(1)", ("try:\n    f(1)\nexcept E:\n    pass\nelse:\n"
         "    raise AssertionError('f(1) did not raise')")),
    ],
)  # fmt: skip
def test_an_assertion_is_added_as_a_statement_that_stands_alone(added, line):
    assert with_added("assert f(0) == 0", [last(added)], "python") == f"assert f(0) == 0\n{line}\n"


def test_an_assertion_is_added_before_what_ends_the_suite():
    tests = "class T(TestCase):\n    def test(self): pass\nif __name__ == '__main__':\n    unittest.main()\n"
    added = with_added(tests, assertions("assert f(1) == 2", "python"), "python")
    assert added.index("assert f(1) == 2") < added.index("if __name__")


def test_what_is_no_statement_about_one_call_is_not_added():
    assert with_added("x = 1", assertions("for x in y:\n    assert f(x) == x", "python"), "python") == "x = 1"


@pytest.mark.parametrize(
    ("language", "tests", "replaced", "removed"),
    [
        ("javascript", "assert.equal(f(1), 2);\nlog();", "assert.equal(f(1), 9);\nlog();", "log();"),
        ("typescript", "expect(f(1)).toBe(2);\nlog();", "expect(f(1)).toBe(9);\nlog();", "log();"),
        ("java", "class T { void t() {\nassertEquals(2, f());\n} }", "class T { void t() {\nassertEquals(9, f());\n} }",
         "class T { void t() {\n} }"),
        ("cpp", "int main() {\n assert(f(1) == 2);\n}", "int main() {\n assert(f(1) == 9);\n}", "int main() {\n}"),
        ("rust", "fn t() {\n assert_eq!(f(1), 2);\n}", "fn t() {\n assert_eq!(f(1), 9);\n}", "fn t() {\n}"),
        ("go", "func T(t *testing.T) {\n if got := F(1); got != 2 { t.Error(got) }\n}",
         "func T(t *testing.T) {\n if got := F(1); got != 9 { t.Error(got) }\n}", "func T(t *testing.T) {\n}"),
        ("bash", '[ "$(f 1)" = 2 ]\ng', '[ "$(f 1)" = 9 ]\ng', "g"),
    ],
)  # fmt: skip
def test_other_languages_are_edited_where_an_assertion_is_a_statement(language, tests, replaced, removed):
    assertion = last(tests, language)
    assert replace_expected(tests, assertion, "9", language) == replaced
    assert without(tests, assertion, language) == removed


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_suite_is_edited_or_comes_back(text):
    for one in assertions(text, "python")[:3]:
        assert isinstance(replace_expected(text, one, "9", "python"), str)
        assert isinstance(without(text, one, "python"), str)
    assert isinstance(with_added(text, assertions("assert f(1) == 2", "python"), "python"), str)
    assert replace_expected(text, last("assert other(1) == 2"), "9", "python") == text
