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


NEGATED = {
    **{"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in", "not in": "in"},
    **{"is": "is not", "is not": "is", "true": "false", "false": "true", "almost": "not almost", "not almost": "almost"},
}
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "in": "has", "not in": "lacks", "has": "in", "lacks": "not in"}
