"""The questioner: asks for a program, says in words what went wrong when it failed, and writes tests of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.languages import PYTHON
from aiev_agents.roles.grammar import prose_grammar, question_grammar, suite_grammar
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.settings import Constraint

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent, Turn


async def ask(agent: Agent, *, snippet: str, basic: bool, seed: int, language: str = PYTHON) -> Turn:
    """Write a self-contained problem inspired by a seed snippet (message ➀).

    The problem asks for a program in `language`, whatever the snippet is written in.
    `basic` asks for an easy problem about plain values, whatever the snippet deals with.
    """
    return await agent.say(
        load_prompt("questioner/ask", language),
        seed=seed,
        grammar=question_grammar(agent.constraint, language),
        whole=agent.constraint is Constraint.OFF,  # a grammar holds a problem to its length
        snippet=snippet,
        basic=basic,
    )


async def describe(
    agent: Agent, *, problem: str, program: str, tests: str, feedback: str, seed: int, language: str = PYTHON
) -> Turn:
    """Describe in natural language why a program failed (message ➃)."""
    return await agent.say(
        load_prompt("questioner/describe", language),
        seed=seed,
        grammar=prose_grammar(agent.constraint),
        problem=problem,
        program=program,
        tests=tests,
        feedback=feedback,
    )


async def examine(agent: Agent, *, problem: str, seed: int, language: str = PYTHON) -> Turn:
    """Write tests for a problem without sight of any solution."""
    return await agent.say(
        load_prompt("questioner/examine", language),
        seed=seed,
        grammar=suite_grammar(agent.constraint, language),
        whole=True,
        problem=problem,
    )
