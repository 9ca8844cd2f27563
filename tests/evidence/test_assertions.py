"""Assertions of Python tests: what each idiom says about which call."""

import pytest
from support.hostile_texts import HOSTILE

from aiev.evidence.assertions import assertions
from aiev_agents.languages import LANGUAGES


def said(tests, language="python"):
    return [(one.call, one.relation, one.expected) for one in assertions(tests, language)]


@pytest.mark.parametrize(
    ("tests", "call", "relation", "expected"),
    [
        ("assert f(1) == 2", "f(1)", "==", "2"),
        ("assert 2 == f(1), 'two'", "f(1)", "==", "2"),
        ("actual = f(1)\nassert actual == 2", "f(1)", "==", "2"),
        ("want = [1, 2]\nassert f(1) == want", "f(1)", "==", "[1, 2]"),
        ("assert f(1)", "f(1)", "true", "True"),
        ("assert not f(1)", "f(1)", "false", "False"),
        ("assert not (f(1) == 2)", "f(1)", "!=", "2"),
        ("assert f(1) is None", "f(1)", "is", "None"),
        ("assert f(1) in [1, 2]", "f(1)", "in", "[1, 2]"),
        ("assert 3 in f(1)", "f(1)", "has", "3"),
        ("assert 3 < f(1)", "f(1)", ">", "3"),
        ("assert abs(f(1) - 0.5) < 1e-6", "f(1)", "almost", "0.5"),
        ("assert math.isclose(f(1), 0.5)", "f(1)", "almost", "0.5"),
        ("assert f(1) == pytest.approx(0.5)", "f(1)", "almost", "0.5"),
        ("self.assertEqual(f(1), 2)", "f(1)", "==", "2"),
        ("assertEqual(2, f(1))", "f(1)", "==", "2"),
        ("self.assertTrue(f(1))", "f(1)", "true", "True"),
        ("self.assertIsNone(f(1))", "f(1)", "none", "None"),
        ("self.assertAlmostEqual(f(1), 0.5, places=3)", "f(1)", "almost", "0.5"),
        ("self.assertRaises(ValueError, f, 1)", "f(1)", "raises", "ValueError"),
        ("self.assertRaises(ValueError, lambda: f(1))", "f(1)", "raises", "ValueError"),
        ("with pytest.raises(ValueError, match='no'):\n    f(1)", "f(1)", "raises", "ValueError"),
        ("with self.assertRaises(ValueError) as caught:\n    x = f(1)", "f(1)", "raises", "ValueError"),
        ("try:\n    f(1)\n    assert False\nexcept ValueError:\n    pass", "f(1)", "raises", "ValueError"),
        ("try:\n    f(1)\nexcept ValueError as e:\n    pass\nelse:\n    pytest.fail()", "f(1)", "raises", "ValueError"),
        ("if f(1) != 2:\n    raise AssertionError('no')", "f(1)", "==", "2"),
        ("np.testing.assert_array_equal(f(1), [2])", "f(1)", "==", "[2]"),
        ("def test():\n    '''\n    >>> f(1)\n    2\n    '''", "f(1)", "==", "2"),
        ("assert len(f(1)) == 2", "len(f(1))", "==", "2"),
        ("a, b = f(1), 2\nassert b == 2", "(f(1), 2)[1]", "==", "2"),
        ("candidate = f\nassert candidate(1) == 2", "f(1)", "==", "2"),
    ],
)
def test_an_idiom_says_what_a_call_must_give(tests, call, relation, expected):
    assert said(tests) == [(call, relation, expected)]


@pytest.mark.parametrize(
    "tests",
    [
        "assert f(1, [2]) == 'x'",
        "assert 'x' == f(1, [2])",
        'assert f( 1,[ 2, ], ) == "x"  # why',
        "assert (f)((1), [0x2]) == ('x')",
        "self.assertEqual(f(1, [2]), 'x', msg='no')",
        "assertEqual('x', f(1, [2]))",
        "actual = f(1, [2])\nassert actual == 'x'",
        "def test_it():\n    other = [2]\n    got = f(1, other)\n    want = 'x'\n    assert got == want",
        "for a, b, c in [(1, [2], 'x')]:\n    assert f(a, b) == c",
        "@pytest.mark.parametrize('a, b, c', [(1, [2], 'x')])\ndef test_f(a, b, c):\n    assert f(a, b) == c",
        (
            "@pytest.mark.parametrize(['a', 'c'], [pytest.param(1, 'x', id='one')])\ndef test_f(a, c):\n"
            "    assert f(a, [2]) == c"
        ),
        "cases = [((1, [2]), 'x')]\nfor (a, b), c in cases:\n    assert f(a, b) == c",
        "cases = {1: 'x'}\nfor a, c in cases.items():\n    assert f(a, [2]) == c",
        "def check(a, want):\n    assert f(a, [2]) == want\ncheck(1, want='x')",
        (
            "class T(unittest.TestCase):\n    def setUp(self):\n        self.n = 1\n    def test(self):\n"
            "        self.assertEqual(f(self.n, [2]), 'x')"
        ),
    ],
)
def test_layout_spelling_and_names_do_not_count(tests):
    (found,) = assertions(tests, "python")
    (plain,) = assertions("assert f(1, [2]) == 'x'", "python")
    assert (found.key, found.value) == (plain.key, plain.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assert f(1) == 2", "assert f(1.0) == 2"),
        ("assert f('a') == 2", "assert f(b'a') == 2"),
        ("assert f('(') == 2", "assert f('( ') == 2"),
        ("assert f(1 - (2 - 3)) == 2", "assert f(1 - 2 - 3) == 2"),
        ("s = Stack()\nassert s.top() == 1", "s = Stack()\ns.push(1)\nassert s.top() == 1"),
        ("def h(x): return f(x)\nassert h(1) == 1", "def h(x): return 1\nassert h(1) == 1"),
    ],
)
def test_what_differs_in_meaning_has_another_key(one, other):
    (first,), (second,) = assertions(one, "python"), assertions(other, "python")
    assert first.key != second.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assert f(1) == 1", "assert f(1) == 1.0"),
        ("assert f(1) == 2", "assert f(1) != 2"),
        ("assert f(1)", "assert not f(1)"),
        ("assert abs(f(1) - 2) < 1e-6", "assert abs(f(1) - 2) < 1e6"),
        ("assert f(1) == 2", "with pytest.raises(ValueError):\n    f(1)"),
        ("with raises(ValueError, match='a'):\n    f(1)", "with raises(ValueError, match='b'):\n    f(1)"),
    ],
)
def test_another_expectation_of_a_call_has_its_key_and_another_value(one, other):
    (first,), (second,) = assertions(one, "python"), assertions(other, "python")
    assert first.key == second.key
    assert first.value != second.value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assert f(1)", "assert f(1) == True"),
        ("assert f(1)", "self.assertIs(f(1), True)"),
        ("assert f(1) is None", "self.assertIsNone(f(1))"),
        ("assert f(1) == 1.0", "assert f(1) == 1.00"),
        ("assert f(1) == {'a': 1}", 'assert f(1) == {"a": 1,}'),
    ],
)
def test_one_expectation_in_two_spellings_is_one(one, other):
    (first,), (second,) = assertions(one, "python"), assertions(other, "python")
    assert (first.key, first.value) == (second.key, second.value)


def test_each_row_of_a_literal_table_and_each_call_of_a_helper_counts():
    assert said("for x, want in [(1, 2), (3, 4)]:\n    assert f(x) == want") == [
        ("f(1)", "==", "2"),
        ("f(3)", "==", "4"),
    ]
    assert said("def check(x, y):\n    assert f(x) == y\ncheck(1, 2)\ncheck(3, 4)") == [
        ("f(1)", "==", "2"),
        ("f(3)", "==", "4"),
    ]


def test_a_loop_over_anything_else_counts_once_and_is_no_statement_about_one_call():
    assert said("for x in range(3):\n    assert f(x) == x") == [("", "==", "")]


def test_a_conjunction_says_each_of_its_parts():
    assert said("assert f(1) == 2 and not f(3)") == [("f(1)", "==", "2"), ("f(3)", "false", "False")]


def test_a_changed_value_is_no_expression_any_more():
    assert said("x = [3, 1]\nsort(x)\nassert x == [1, 3]") == [("", "==", "")]
    assert said("s = Stack()\nassert s.pop() == 1\nassert s.pop() == 2") == [
        ("Stack().pop()", "==", "1"),
        ("", "==", ""),
    ]


def test_a_branch_leaves_a_name_unknown():
    assert said("x = 1\nif y:\n    x = 2\nassert f(x) == 1") == [("", "==", "")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_crashes_or_stalls_the_reader(text, language):
    assert len(assertions(text, language)) <= 3000


def test_an_unknown_language_is_an_error():
    with pytest.raises(ModuleNotFoundError):
        assertions("x", "cobol")
