import pytest

from aiev.preference.naming import is_named, with_name


@pytest.mark.parametrize(
    ("program", "language", "said"),
    [
        (
            "def _a(x):\n    return x\n\n\ndef f(x,\n      y=2):\n    return _a(x)\n",
            "python",
            "function is called `f(x, y=2)`",
        ),
        ("class Stack:\n    def push(self, x):\n        pass\n", "python", "class is called `Stack()`"),
        ("function f(a, b) {\n  return a;\n}\n", "javascript", "function is called `f(a, b)`"),
        ("fn f(a: i32) -> i32 {\n    a\n}\n", "rust", "function is called `f(a: i32)`"),
    ],
)
def test_a_problem_takes_the_signature_of_the_last_function(program, language, said):
    assert with_name("Add.", program, language).endswith(f"\n\nThe {said}.")


def test_a_problem_with_the_signature_is_named():
    assert not is_named("Write code that adds two numbers.")
    assert is_named(with_name("Write code that adds two numbers.", "def add(a, b):\n    return a + b\n", "python"))


def test_a_program_without_a_function_gives_no_name():
    assert with_name("Add.", "print(1)\n", "python") == ""
