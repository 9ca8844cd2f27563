"""The programmer: answers a problem with a program and its unit tests, repairs what failed, and solves it once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.languages import PYTHON
from aiev_agents.roles.grammar import program_grammar
from aiev_agents.roles.prompting import load_prompt

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent, Turn


async def solve(agent: Agent, *, problem: str, seed: int, language: str = PYTHON, whole: bool = True) -> Turn:
    """Answer a problem with a program and tests in `language` (message ➁); `whole` as in `Agent.say`."""
    return await agent.say(
        load_prompt("programmer/solve", language),
        seed=seed,
        grammar=program_grammar(agent.constraint, problem, language),
        whole=whole,
        problem=problem,
    )


async def alternative(agent: Agent, *, problem: str, seed: int, language: str = PYTHON) -> Turn:
    """Solve a problem without sight of any other solution, and without tests."""
    return await agent.say(load_prompt("programmer/alternative", language), seed=seed, whole=True, problem=problem)


async def repair(
    agent: Agent,
    *,
    problem: str,
    reply: str,
    tests: str,
    feedback: str,
    description: str,
    show_failed: bool,
    seed: int,
    language: str = PYTHON,
) -> Turn:
    """Answer execution feedback with a corrected program and tests (message ➄).

    `tests` are those that must go on holding. Without `show_failed` the failed reply itself is left out of the prompt,
    but not its description: the smallest models copy whatever program they are shown.
    """
    failed = {"reply": reply} if show_failed else {}
    return await agent.say(
        load_prompt("programmer/repair" if show_failed else "programmer/retry", language),
        seed=seed,
        grammar=program_grammar(agent.constraint, problem, language),
        whole=True,
        problem=problem,
        tests=tests,
        feedback=feedback,
        description=description,
        **failed,
    )
