"""Whether a problem can be judged at all: it stands alone, and names what its program must define.

Invariant: a fault is one clause in words. Not covered: whether the problem makes sense.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.languages import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LEANS = re.compile(
    r"\b(?:the|this) (?:above|given|following|provided) (?:code|snippet|function|class|program)\b(?!.*```)"
    r"|\b(?:code|snippet) (?:above|below)\b(?!.*```)",
    re.IGNORECASE | re.DOTALL,
)
"""Words that lean on a text which is not there."""
_DEFINED = re.compile(r"\b(?:def|func|fn|function|class)\s+(\w+)\s*[(:{<]")
_CALLED = re.compile(r"`(\w+)\s*\(|\b(?:function|method)\s+(?:called|named)\s+[`'\"]?(\w+)")


def faults(problem: str, functions: Sequence[str], language: str = PYTHON) -> tuple[str, ...]:
    """What is wrong with a problem and the program that answers it.

    Args:
        problem: its text.
        functions: names that the program defines.
        language: of the program.
    """
    return tuple(_faults(problem, {name.rpartition(".")[2] for name in functions}, language))


def names_of(problem: str) -> tuple[str, ...]:
    """Functions that a problem asks for by name."""
    found = [(match.start(), match[1]) for match in _DEFINED.finditer(problem)]
    found += [(match.start(), match[1] or match[2]) for match in _CALLED.finditer(problem)]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def _faults(problem: str, functions: set[str], language: str) -> Iterator[str]:
    if _LEANS.search(problem):
        yield "the problem leans on code that it does not show"
    wanted = names_of(problem)
    if language == PYTHON and wanted and functions and not functions & set(wanted):
        yield f"the problem asks for `{wanted[-1]}`, which the program does not define"
    elif not any(re.search(rf"\b{re.escape(name)}\b", problem) for name in functions):
        yield "the problem does not name what the program must define"
