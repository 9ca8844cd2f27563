"""What is wrong with an instruction or a response before anything runs.

Invariant: a fault is a few words that reasons can be counted by. Not covered: whether a response is right; its tests
and the evidence decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.assertions import assertions

if TYPE_CHECKING:
    from aiev_agents.roles.reply import Reply

_PLACEHOLDER = re.compile(
    r"\byour (?:code|solution|implementation) (?:goes )?here\b"
    r"|\b(?:add|write|put|implement) (?:your|the) (?:code|logic) here\b"
    r"|\bTODO\b|\brest of (?:the|your) code\b",
    re.IGNORECASE,
)
_LONG_LINE = 12
"""Characters from which on a line of a snippet is no commonplace."""
_COPIED = 0.5
"""Share of a snippet's long lines that make an instruction a copy of it."""


def instruction_fault(instruction: str, snippet: str) -> str:
    """What is wrong with an instruction; empty when nothing is."""
    if not instruction:
        return "no instruction"
    lines = {" ".join(line.split()) for line in snippet.split("\n")}
    lines = {line for line in lines if len(line) >= _LONG_LINE}
    text = " ".join(instruction.split())
    copied = sum(line in text for line in lines)
    return "instruction copies the snippet" if lines and copied >= _COPIED * len(lines) else ""


def response_fault(parsed: Reply, language: str, *, cut: bool) -> str:
    """What is wrong with a response's form; empty when nothing is."""
    if cut:
        return "cut at the limit"
    if _PLACEHOLDER.search(parsed.program):
        return "placeholder for code"
    if not parsed.tests.strip():
        return "no tests"
    return "" if assertions(parsed.tests, language) else "no assertion in its tests"
