import pytest

from aiev.preference.selection import Reason, Selection, constant_units

PROGRAM = "class Stack:\n    pass\n\n\ndef _inner(x):\n    return x\n\n\ndef double(x):\n    return 2 * _inner(x)\n"


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ((True, True, None), Reason.EVERY_PASSES),
        ((False, None, False), Reason.NONE_PASSES),
        ((None, None, None), Reason.NOT_RUN),
        ((True, False, True), Reason.REPEATED),
        ((True, False, None), None),
    ],
)
def test_a_unit_that_tells_nothing_is_set_apart_with_its_reason(column, reason):
    passed = tuple(zip((True, False, True), column, strict=True))
    found = Selection.of(passed, [False, False])
    assert found.reasons == (None, reason)
    assert found.kept == ((0, 1) if reason is None else (0,))
    assert found.narrowed(passed)[0] == ((True, column[0]) if reason is None else (True,))


def test_a_constant_unit_does_not_set_apart_the_one_with_the_same_column():
    assert Selection.of([[True, True], [False, False]], [True, False]).reasons == (Reason.CONSTANT, None)


def test_without_programs_no_unit_was_run():
    assert Selection.of([], [False]).reasons == (Reason.NOT_RUN,)


@pytest.mark.parametrize(
    ("unit", "constant"),
    [
        ("assert True\n", True),
        ("import math\nassert math.floor(1.5) == 1  # double\n", True),
        ('assert "double" == "dou" + "ble"\n', True),
        ("def double(x):\n    return 2 * x\n\nassert double(2) == 4\n", True),
        ("assert double(2) == 4\n", False),
        ("def test_it():\n    assert _inner(2) == 2\n", False),
        ("assert Stack() is not None\n", False),
    ],
)
def test_a_unit_is_constant_when_it_uses_nothing_of_the_programs(unit, constant):
    assert constant_units([unit], [PROGRAM, "def other(): pass\n"], "python") == [constant]


def test_other_languages_have_constant_units_too():
    units = ["if (1 !== 1) throw new Error();", "if (double(2) !== 4) throw new Error();"]
    assert constant_units(units, ["function double(x) { return 2 * x; }"], "javascript") == [True, False]


def test_programs_that_define_nothing_make_no_unit_constant():
    assert constant_units(["assert True\n"], ["print(input())\n"], "python") == [False]
