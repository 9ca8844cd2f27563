"""The evolver: makes a programming problem harder by one of five heuristics, and tells when the result is no harder.

Source: the five heuristics are WizardCoder's for code (arXiv 2306.08568, section 3.1); the elimination rules are
Evol-Instruct's in WizardLM (arXiv 2304.12244, section 3.2), applied to the new problem itself, since its solution is
written later and checked by running it. All wording is our own.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from aiev_agents.languages import PYTHON
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.settings import Constraint

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent

HEURISTICS: dict[str, tuple[float, str]] = {
    "constrain": (1, "Add one new constraint or requirement, in about ten words more."),
    "specialise": (1, "Replace a requirement that such problems often have by one that is rarer and more specific."),
    "deepen": (1, "If the problem takes only a few steps of reasoning, make it need more of them."),
    "mislead": (1, "Add a short piece of wrong code as a reference that leads astray, and say that it is wrong."),
    "complexity": (0.5, "Demand a better time or space complexity than the obvious solution has."),
}
"""By name: its weight in the draw (WizardCoder seldom draws complexity), and the instruction to the evolver."""
_REFUSALS = re.compile(r"\b(?:sorry|i can(?:no|')t|unable to|as an ai|language model)\b", re.IGNORECASE)
_REFUSAL_WORDS = 80
_LEAKS = re.compile(
    r"\b(?:old problem|original problem|given problem|new problem|harder problem|rewritten (?:problem|prompt)"
    r"|given prompt|more difficult version)\b|^problem:",
    re.IGNORECASE,
)
_STOP_WORD = re.compile(
    r"a|an|and|are|as|at|be|by|for|from|has|he|in|is|it|its|of|on|or|that|the|this|to|was|were|will|with|you"
)
_SAME_OR_DIFFERENT = 'root ::= "Same" | "Different"'
_WORDS = re.compile(r"\w+")


def draw_heuristic(key: str) -> str:
    """The heuristic for a problem, drawn by `key` alone."""
    weights = [weight for weight, _ in HEURISTICS.values()]
    return random.Random(key).choices(list(HEURISTICS), weights)[0]  # noqa: S311 - a sample, not a secret


async def evolve(agent: Agent, *, problem: str, heuristic: str, seed: int, language: str = PYTHON) -> str:
    """A harder problem. Raises what `Agent.say` raises."""
    turn = await agent.say(
        load_prompt("evolver/evolve", language), seed=seed, problem=problem, how=HEURISTICS[heuristic][1]
    )
    return turn.text


def why_eliminated(problem: str, evolved: str) -> str | None:
    """Why a new problem is of no use, as far as its text tells: a stable word, or None."""
    words = _WORDS.findall(evolved.lower())
    if all(_STOP_WORD.fullmatch(word) for word in words):
        return "empty"
    if len(words) < _REFUSAL_WORDS and _REFUSALS.search(evolved):
        return "refused"
    if _LEAKS.search(evolved):
        return "names_the_prompt"
    return "no_gain" if words == _WORDS.findall(problem.lower()) else None


async def is_same(agent: Agent, *, problem: str, evolved: str, seed: int, language: str = PYTHON) -> bool:
    """Whether two problems ask for the same. Raises what `Agent.say` raises."""
    turn = await agent.say(
        load_prompt("evolver/compare", language),
        seed=seed,
        grammar="" if agent.constraint is Constraint.OFF else _SAME_OR_DIFFERENT,
        problem=problem,
        evolved=evolved,
    )
    first = _WORDS.search(turn.text.lower())
    return first is not None and first[0] in {"same", "equal", "yes"}
