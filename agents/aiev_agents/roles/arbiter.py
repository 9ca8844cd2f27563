"""The arbiter: says what a call must give, by the words of the problem alone.

It plays the questioner's role. Invariant: it sees neither the program nor its output nor a value that anybody expects.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from aiev_agents.languages import PYTHON
from aiev_agents.roles.prompting import load_prompt

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent

ERROR, UNDETERMINED = "error", "undetermined"
_ANSWER = re.compile(r"^\W*answer\W*?:[\s*]*(?:```\w*\s*)?(?P<value>[^\n]*)", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"^(`+)(?P<inside>.*)\1$")
MAX_TOKENS = 120
"""Longest answer; a reason and a value."""


class Answer(NamedTuple):
    """One answer of the arbiter."""

    value: str
    """A literal of the language, `error`, or `undetermined`, also where nothing else could be read."""
    reason: str


async def arbitrate(agent: Agent, *, problem: str, call: str, seed: int, language: str = PYTHON) -> Answer:
    """What `call` must give by the words of `problem`. Raises what `Agent.say` raises."""
    turn = await agent.say(load_prompt("questioner/arbitrate", language), seed=seed, problem=problem, call=call)
    return read_answer(turn.text)


def read_answer(text: str) -> Answer:
    """The last line that gives an answer, and what stands above it."""
    found = list(_ANSWER.finditer(text))
    if not found:
        return Answer(UNDETERMINED, text.strip())
    value = found[-1]["value"].strip().removesuffix(".").strip()
    if quoted := _QUOTED.match(value):
        value = quoted["inside"].strip()
    word = value.strip("\"'*").lower()
    return Answer(word if word in {ERROR, UNDETERMINED} else value or UNDETERMINED, text[: found[-1].start()].strip())
