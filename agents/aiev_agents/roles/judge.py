"""The judge: says whether a function's documentation is enough to write it again.

Invariant: an answer that is neither yes nor no counts as no.

Source: SelfCodeAlign (arXiv 2410.24198, section 3.1) has its base model judge docstrings so; the wording is our own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from aiev_agents.languages import PYTHON
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.settings import Constraint

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent

Shots = Literal[2, 7]
_PROMPTS: dict[Shots, str] = {2: "judge/docstring", 7: "judge/documented"}
_YES_OR_NO = 'root ::= "Yes" | "No"'
_WORD = re.compile(r"[a-z]+")


async def documentation_is_enough(
    agent: Agent, *, function: str, seed: int, language: str = PYTHON, shots: Shots = 2
) -> bool:
    """Whether a function could be written again from its documentation. Raises what `Agent.say` raises.

    `shots` is the number of examples in the prompt; SelfCodeAlign shows 7.
    """
    turn = await agent.say(
        load_prompt(_PROMPTS[shots], language),
        seed=seed,
        grammar="" if agent.constraint is Constraint.OFF else _YES_OR_NO,
        function=function,
    )
    first = _WORD.search(turn.text.lower())
    return first is not None and first[0] == "yes"
