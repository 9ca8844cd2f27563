import pytest

from aiev.evidence.problem import faults, names_of


@pytest.mark.parametrize(
    "problem",
    [
        "Write a Python function `double(x)` that returns twice x.",
        "Write a function to double a number. For example: `assert double(2) == 4`.",
        'def double(x):\n    """Return twice x."""\n',
        "Write a function named double.",
        "Rewrite the following code:\n```python\ndef double(x): ...\n```",
    ],
)
def test_a_problem_that_names_its_function_has_no_fault(problem):
    assert faults(problem, ["double"]) == ()


def test_another_name_than_the_problems_is_a_fault():
    assert faults("Write a function `twice(x)`.", ["double"]) == (
        "the problem asks for `twice`, which the program does not define",
    )


def test_a_problem_that_names_nothing_is_a_fault():
    assert faults("Double a number.", ["double"]) == ("the problem does not name what the program must define",)


@pytest.mark.parametrize("words", ["Explain what the above code does", "Rewrite the given snippet as `double(x)`"])
def test_a_problem_that_leans_on_code_it_does_not_show_is_a_fault(words):
    assert "the problem leans on code that it does not show" in faults(words, ["double"])


def test_names_are_found_where_a_problem_asks_for_them():
    assert names_of("Write `first(x)` and a function called `second`.") == ("first", "second")
    assert names_of("fn third(x: i32) -> i32") == ("third",)
