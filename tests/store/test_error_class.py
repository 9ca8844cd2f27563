import pytest

from aiev.store.error_class import MAX_CHARS, error_class

PYTHON = 'Traceback (most recent call last):\n  File "tests.py", line 1, in <module>\n    f()\n'


@pytest.mark.parametrize(
    ("stderr", "name"),
    [
        (PYTHON + "KeyError: 'math'\n", "KeyError"),
        (PYTHON + "subprocess.CalledProcessError: Command 'x' returned 1\n", "CalledProcessError"),
        (PYTHON + "solution.OutOfStock\n", "OutOfStock"),
        (PYTHON + "AssertionError: assert f() == 2 failed\nleft: ValueError: no\n", "AssertionError"),
        (PYTHON + f"KeyError: 1\n\nDuring handling of the above exception:\n\n{PYTHON}TypeError: 2\n", "TypeError"),
        ('  File "tests.py", line 1\n    def (\n        ^\nSyntaxError: invalid syntax\n', "SyntaxError"),
        ("AssertionError, which the tests caught: assert f() == 2\n", "AssertionError"),
        ("AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:\n\n1 !== 0\n", "AssertionError"),
        (
            "/work/solution.js:3\n  x.y()\nTypeError: Cannot read properties of undefined\n    at f (a.js:3)\n",
            "TypeError",
        ),
        ("solution.ts(3,5): error TS2322: Type 'string' is not assignable.\n", "TS2322"),
        (
            'Exception in thread "main" java.lang.NullPointerException: x\n\tat A.main(A.java:3)\n',
            "NullPointerException",
        ),
        ("Solution.java:3: error: cannot find symbol\n", "compile error"),
        ("error[E0308]: mismatched types\n --> solution.rs:2:5\n", "E0308"),
        ("thread 'main' panicked at 'attempt to divide by zero', solution.rs:2:5\n", "panic"),
        (
            "thread 't' panicked at 'assertion failed: `(left == right)`\n  left: `1`', tests.rs:8:9\n",
            "failed assertion",
        ),
        ("./solution.go:3:9: undefined: x\n", "compile error"),
        ("panic: runtime error: index out of range [3] with length 3\n", "panic"),
        ("--- FAIL: TestF (0.00s)\n    no words: got 1, want 0\n", "failed assertion"),
        ("terminate called after throwing an instance of 'std::out_of_range'\n  what(): x\n", "out_of_range"),
        ("solution.cpp:3:5: error: 'x' was not declared in this scope\n", "compile error"),
        ("int main(): Assertion `f() == 0' failed.\n", "failed assertion"),
        ("tests.sh: line 3: nosuch: command not found\n", "command not found"),
        ('failed: [ "$(f "")" = "0" ]\n', "failed assertion"),
        ("", "other"),
        ("nothing that anybody knows\n", "other"),
    ],
)
def test_the_class_is_what_the_language_calls_it(stderr, name):
    assert error_class("error", stderr, 1) == name


@pytest.mark.parametrize("verdict", ["timeout", "oom", "output_limit", "no_tests", "malformed", "install_failed"])
def test_a_round_that_ended_otherwise_has_its_verdict_for_a_class(verdict):
    assert error_class(verdict, PYTHON + "KeyError: 1\n", 1) == verdict


def test_a_round_that_passed_has_none_whatever_it_printed():
    assert error_class("ok", PYTHON + "KeyError: 1\n", 0) == ""


@pytest.mark.parametrize("code", [-11, 139])
def test_a_program_that_a_signal_ended_says_so(code):
    assert error_class("error", "", code) == "signal"


@pytest.mark.parametrize(
    "stderr",
    [
        "x" * 10_000_000,
        "a." * 100_000,
        "\n" * 1_000_000,
        PYTHON * 20_000,
        PYTHON + "E" * 70 + ": long\n",
        "é\x1b[31mError: 1",
    ],
)
def test_hostile_text_gives_a_short_printable_class(stderr):
    name = error_class("error", stderr, 1)
    assert 0 < len(name) <= MAX_CHARS
    assert name.isprintable()
