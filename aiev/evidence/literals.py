"""Values that people and models write down, and when two of them are the same.

Invariant: nothing is executed, and no text makes this raise.
"""

from __future__ import annotations

import ast
import math
import re
from typing import Any

from aiev_agents.languages import PYTHON

LONGEST = 4000
"""Characters of a text that is read as a literal; longer ones are compared as texts."""
_WHOLE = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?<![\w.])(?P<number>\d+)\.0(?![\w.])"""  # a text, or a number
)
DIGITS = 12
"""Significant digits by which floats are compared."""


def same_value(first: str, second: str, language: str = PYTHON) -> bool:
    """Whether two texts write the same value. Numbers are the same if they are equal: `1` and `1.0`, but not `True`."""
    if "".join(first.split()) == "".join(second.split()):
        return True
    if language != PYTHON:
        return False
    one, other = _read(first), _read(second)
    return one is not None and other is not None and _equal(one[0], other[0])


def whole_numbers(text: str) -> str:
    """A canonical text with `1` for `1.0`, since both are equal; what stands in quotes stays."""
    return _WHOLE.sub(lambda match: match["number"] or match[0], text) if ".0" in text else text


def is_literal(text: str) -> bool:
    """Whether a text is a literal of Python."""
    return _read(text) is not None


def _read(text: str) -> tuple[Any] | None:
    if len(text) > LONGEST:
        return None
    try:
        return (ast.literal_eval(text.strip()),)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=10**-DIGITS) if _is_float(one, other) else one == other
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_equal(value, other[key]) for key, value in one.items())
    return bool(one == other)


def _is_float(*values: Any) -> bool:
    return any(isinstance(value, float) for value in values) and all(math.isfinite(value) for value in values)
