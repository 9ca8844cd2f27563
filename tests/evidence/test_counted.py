import pytest

from aiev.evidence.counted import weaknesses

PROGRAM = "def double(x):\n    return x * 2\n"


@pytest.mark.parametrize(
    ("tests", "found"),
    [
        ("assert 1 == 1\n", ("no test counts: 1 constant",)),
        ("assert double(1) == double(1)\nassert True\n", ("no test counts: 1 self-comparing, 1 constant",)),
        ("def double(x):\n    return 2\nassert double(1) == 2\n", ("the tests define `double` anew",)),
    ],
)
def test_a_suite_without_a_test_that_counts_is_weak(tests, found):
    assert weaknesses(PROGRAM, tests, "python") == found


@pytest.mark.parametrize(
    "tests",
    [
        "assert double(1) == 2\n",
        "assert double(1) == 2\nassert double(1) == 2\n",
        "assert double(1) == 2\nassert 1 == 1\n",
        "from solution import double\nassert double(1) == 2\n",
        "nothing that parses (\n",
        "",
    ],
)
def test_one_test_that_counts_is_enough(tests):
    assert weaknesses(PROGRAM, tests, "python") == ()


@pytest.mark.parametrize(
    ("language", "program", "tests"),
    [
        ("javascript", "function double(x) { return 2 * x; }", "assert.strictEqual(double(1), 2);"),
        ("rust", "fn double(x: i32) -> i32 { 2 * x }", "#[test]\nfn t() { assert_eq!(double(1), 2); }"),
    ],
)
def test_other_languages_count_their_own_idioms(language, program, tests):
    assert weaknesses(program, tests, language) == ()
