"""Recognises values that agree with everything, which a program can return to please any test.

A value is probed: does it also equal a fresh object, or the expected value changed a little? Invariant: only values
whose class is the program's are probed, at any depth of lists, tuples, sets and dicts, and `mock.ANY`; a class that the
tests name is their own subject and may compare as it likes. Not covered: conversions (`str`, `float`) that lie.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Container

DEPTH, ELEMENTS = 8, 2000
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "In": lambda left, right: left in right,
    "NotIn": lambda left, right: left not in right,
}
_INVERSE = {"Lt": "Gt", "LtE": "Gt", "Gt": "Lt", "GtE": "Lt"}
_SAFE = (bool, int, float, complex, str, bytes, type(None))


class Probe:
    """A fresh object that nothing should equal."""


def deceives(comparison: str, left: Any, right: Any, named: Container[Any]) -> bool:
    """Whether a comparison that held would hold for anything.

    Args:
        comparison: `Eq`, `NotEq`, `In`, `Lt` and so on.
        left: the left side.
        right: the right side.
        named: the classes that the tests name; `mock.ANY` is in it if they name that. It is known by its type, since
            importing `mock` costs much memory.
    """
    if comparison in {"In", "NotIn"}:
        return _suspect(right, named) and _holds(comparison, Probe(), right)
    if comparison in _INVERSE:
        doubtful = _suspect(left, named) or _suspect(right, named)
        return doubtful and _holds(_INVERSE[comparison], left, right)
    if comparison == "NotEq":
        doubtful = _suspect(left, named) or _suspect(right, named)
        return doubtful and (_holds("Eq", left, right) or _holds("NotEq", left, left))
    return comparison == "Eq" and _pairs_deceive(left, right, named, 0)


def _pairs_deceive(left: Any, right: Any, named: Container[Any], depth: int) -> bool:
    """Whether anywhere in two equal values one side would equal anything."""
    if type(left) in _SAFE and type(right) in _SAFE:
        return False
    for value, other in ((left, right), (right, left)):
        if _suspect(value, named) and (_equals(value, Probe()) or _equals(value, _changed(other))):
            return True
    if depth >= DEPTH:
        return False
    return any(_pairs_deceive(one, two, named, depth + 1) for one, two in _parts(left, right))


def _parts(left: Any, right: Any) -> list[tuple[Any, Any]]:
    """The elements of two containers, in pairs."""
    if isinstance(left, dict) and isinstance(right, dict):
        return [(value, right.get(key)) for key, value in list(left.items())[:ELEMENTS]]
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return list(zip(left[:ELEMENTS], right[:ELEMENTS], strict=False))
    if isinstance(left, (set, frozenset)) and isinstance(right, (set, frozenset)):
        doubtful = [(one, two) for one in list(left)[:50] for two in list(right)[:50]]
        return [pair for pair in doubtful if type(pair[0]) not in _SAFE or type(pair[1]) not in _SAFE]
    return []


def _suspect(value: Any, named: Container[Any]) -> bool:
    """Whether a value's class is the program's and not named by the tests, or the value is `mock.ANY`."""
    kind = type(value)
    if kind.__name__ == "_ANY" and kind.__module__ == "unittest.mock":
        return value not in named
    return any(base.__module__ in {"solution", "__main__"} for base in kind.__mro__) and kind not in named


def _changed(value: Any) -> Any:
    """A value like this one that is not equal to it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float, complex)):
        return value + 1
    if isinstance(value, str):
        return f"{value}~"
    if isinstance(value, bytes):
        return value + b"~"
    return [*value, Probe()] if isinstance(value, list) else Probe()


def _equals(value: Any, other: Any) -> bool:
    try:
        return bool(value == other)
    except Exception:  # noqa: BLE001 - an object that cannot be compared is not equal
        return False


def _holds(comparison: str, left: Any, right: Any) -> bool:
    try:
        return bool(COMPARISONS[comparison](left, right))
    except Exception:  # noqa: BLE001 - a comparison that raises does not hold
        return False


def true_length(value: Any, named: Container[Any]) -> int:
    """`len` of a value, for a class of the program that extends a container by what the container holds."""
    base = next((base for base in (list, tuple, dict, set, frozenset, str, bytes) if isinstance(value, base)), None)
    return base.__len__(value) if base and _suspect(value, named) else len(value)
