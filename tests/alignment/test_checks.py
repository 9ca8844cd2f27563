import pytest

from aiev.alignment.checks import instruction_fault, response_fault
from aiev_agents.roles.reply import Reply

SNIPPET = '''def parse_pairs(text):
    """Read key=value pairs."""
    return dict(part.split("=", 1) for part in text.split(";"))
'''


@pytest.mark.parametrize(
    ("instruction", "fault"),
    [
        ("Write a function `pairs(text)` that reads a query string.", ""),
        ("", "no instruction"),
        (f"Explain this:\n{SNIPPET}", "instruction copies the snippet"),
        (" ".join(SNIPPET.split()), "instruction copies the snippet"),
    ],
)
def test_an_instruction_is_a_task_of_its_own(instruction, fault):
    assert instruction_fault(instruction, SNIPPET) == fault


@pytest.mark.parametrize(
    ("program", "tests", "fault"),
    [
        ("def f():\n    return 1\n", "assert f() == 1\n", ""),
        ("def f():\n    # your code here\n    pass\n", "assert f() is None\n", "placeholder for code"),
        ("def f():\n    # TODO\n    return 1\n", "assert f() == 1\n", "placeholder for code"),
        ("def f():\n    return 1\n", " \n", "no tests"),
        ("def f():\n    return 1\n", "def test_f():\n    f()\n", "no assertion in its tests"),
    ],
)
def test_a_response_has_a_whole_program_and_tests_that_assert(program, tests, fault):
    assert response_fault(Reply("", program, tests), "python", cut=False) == fault


def test_a_response_that_was_cut_is_not_run():
    assert response_fault(Reply("", "def f(): return 1", "assert f() == 1"), "python", cut=True) == "cut at the limit"
