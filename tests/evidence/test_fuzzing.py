import pytest

from aiev.evidence.fuzzing import fuzzed


def _all(*calls, limit=1000):
    return set(fuzzed(calls, limit=limit, seed="s"))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("f(5)", {"f(0)", "f(-1)", "f(5 + 1)"}),
        ("f(-5)", {"f(0)", "f(-5 + 1)"}),
        ("f(2.5)", {"f(0.0)", "f(-2.5)"}),
        ("f(True)", {"f(False)"}),
        ("f('ab')", {'f("")', "f('ab'[::-1])"}),
        ("f([1, 2])", {"f([])", "f([1, 2][::-1])", "f([1,])"}),
        ("f((1, 2))", {"f(())", "f((1,))"}),
        ("f(1, [2])", {"f(0, [2])", "f(1, [])"}),
        ("f(key=3)", {"f(key=0)"}),
        ("obj.f(3)", {"obj.f(0)"}),
    ],
)
def test_each_argument_is_changed_by_its_type(call, expected):
    assert expected <= _all(call)


@pytest.mark.parametrize("call", ["f(x)", "f()", "f(", "x", "", "f(1) + 1", "f(*a)", "(" * 500, "f(\0)"])
def test_what_is_no_call_of_literals_is_left_alone(call):
    assert _all(call) == set()


def test_a_known_input_is_not_made_again():
    assert "f(0)" not in _all("f(5)", "f(0)")


def test_the_limit_and_the_seed_decide_which_are_taken():
    first = fuzzed(["f(5, 'ab')"], limit=3, seed="a")
    assert len(first) == 3
    assert first == fuzzed(["f(5, 'ab')"], limit=3, seed="a")
    assert first != fuzzed(["f(5, 'ab')"], limit=3, seed="b")


def test_other_languages_are_not_fuzzed():
    assert fuzzed(["f(1)"], limit=5, seed="", language="go") == ()
