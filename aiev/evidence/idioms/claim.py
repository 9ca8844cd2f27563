"""What a statement of a test claims, as nodes of its tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Claim:
    """Two sides and what must hold between them; which of them calls the program is not said here."""

    relation: str
    left: Node
    right: Node | None = None
    """None for the relations `true`, `false` and those that name their own value, such as `none`."""
    extra: tuple[Node, ...] = ()
    """What else bears on it: tolerances, messages of exceptions."""
    passed: tuple[Node, ...] | None = None
    """Arguments, where `left` is a function that the framework calls: `assertRaises(E, f, 1)`."""
    before: tuple[Node, ...] = ()
    """Statements that run first and belong to the claim."""
    offset: int = 0
    """Bytes between positions in these nodes and in the tests, for nodes that were parsed by themselves."""
    value_first: bool = False
    """Whether the idiom puts the expected value first, which decides only where neither side is plain."""


_OPPOSITES = (("==", "!="), ("<", ">="), (">", "<="), ("in", "not in"), ("is", "is not"), ("true", "false"))
NEGATED = {one: other for pair in _OPPOSITES for one, other in (pair, pair[::-1])}
"""What holds when a relation does not."""
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "in": "has", "not in": "lacks", "has": "in", "lacks": "not in"}
"""The same relation with its sides exchanged, where that is another one."""


def names(**relations: str) -> dict[str, str]:
    """The relation of each method name; `relations` holds names by relation, with spaces between."""
    return {name: _SPELLED.get(relation, relation) for relation, listed in relations.items() for name in listed.split()}


_SPELLED = {
    "equal": "==",
    "unequal": "!=",
    "less": "<",
    "greater": ">",
    "at_most": "<=",
    "at_least": ">=",
    "inside": "in",
    "outside": "not in",
    "same": "is",
    "other": "is not",
    "not_almost": "not almost",
    "not_matches": "not matches",
    "same_items": "same items",
    "not_null": "not null",
    "not_nil": "not nil",
    "not_none": "not none",
    "no_error": "no error",
    "not_undefined": "not undefined",
}
