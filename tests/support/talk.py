"""Scripted parts for testing the machinery: a model that answers by purpose, an interpreter that looks for a mark."""

from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_interpreter import ExecutionResult, Verdict

PROBLEM = "Write a Python function `add(a, b)` that returns the sum."


def reply(program, tests="assert add(1, 2) == 3"):
    return f"An idea.\n\n```python\n{program}\n```\n\nUnit tests:\n```python\n{tests}\n```"


GOOD = reply("def add(a, b):\n    return a + b")
BAD = reply("def add(a, b):\n    return a - b  # bad")


def scripted_model(*answers, latency_seconds=0.0):
    """Asks and describes the same way always; solves and repairs with `answers` in turn, the last one for ever."""
    left = list(answers or [GOOD])

    def answer(request):
        match request.purpose:
            case "questioner/ask":
                return PROBLEM
            case "questioner/describe":
                return "The sum is wrong."
            case _:
                return left.pop(0) if len(left) > 1 else left[0]

    return ScriptedChatModel(answer, latency_seconds=latency_seconds)


def judge(job):
    """Fails what calls itself bad."""
    if "# bad" in job.program:
        return ExecutionResult(verdict=Verdict.ERROR, exit_code=1, stderr="AssertionError: add(1, 2) == 3")
    return ExecutionResult(verdict=Verdict.OK, exit_code=0, stdout="fine\n", assertions=1)
