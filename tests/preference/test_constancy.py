import pytest

from aiev.preference.constancy import constant_units

PROGRAM = """
LIMIT = 3

class Stack:
    pass

def _inner(x):
    return x

def double(x):
    return 2 * _inner(x)
"""


@pytest.mark.parametrize(
    ("unit", "constant"),
    [
        ("assert True\n", True),
        ("import math\nassert math.floor(1.5) == 1  # double\n", True),
        ('assert "double" == "dou" + "ble"\n', True),
        ("def double(x):\n    return 2 * x\n\nassert double(2) == 4\n", True),
        ("from solution import double\nassert True\n", True),
        ("assert double(2) == 4\n", False),
        ("import solution\nassert solution.double(2) == 4\n", False),
        ("assert f'{double(2)}' == '4'\n", False),
        ("assert LIMIT == 3\n", False),
        ("def test_it():\n    assert _inner(2) == 2\n", False),
        ("assert Stack() is not None\n", False),
    ],
)
def test_a_unit_is_constant_when_it_uses_nothing_of_the_programs(unit, constant):
    assert constant_units([unit], [PROGRAM, "def other(): pass\n"], "python") == [constant]


@pytest.mark.parametrize(
    ("language", "program", "using", "constant"),
    [
        ("javascript", "const half = x => x / 2;", "if (half(2) !== 1) throw 1;", "if (1 !== 1) throw 'half';"),
        ("typescript", "function f(x: number) {}", "if (`${f(2)}` !== '') throw 1;", "if (`f` !== 'f') throw 1;"),
        ("go", "package main\nfunc F() int { return 1 }", "package main\nvar a = F()", "package main\nvar a = 1"),
        ("rust", "fn f() -> i32 { 1 }", "fn main() { assert_eq!(f(), 1); }", "fn main() { assert!(true); }"),
        ("java", "class A { static int f() { return 1; } }", "class T { int a = A.f(); }", "class T { int a = 1; }"),
        ("cpp", "int f() { return 1; }", "int main() { assert(f() == 1); }", "int main() { assert(true); }"),
        ("bash", "f() { echo 1; }", '[ "$(f)" = 1 ]', '[ 1 = "1" ]'),
    ],
)
def test_other_languages_have_constant_units_too(language, program, using, constant):
    assert constant_units([using, constant], [program], language) == [False, True]


def test_a_unit_that_is_too_large_to_be_read_is_not_called_constant():
    assert constant_units(["assert True\n" * 20_000], [PROGRAM], "python") == [False]


def test_programs_that_define_nothing_make_no_unit_constant():
    assert constant_units(["assert True\n"], ["print(input())\n"], "python") == [False]
