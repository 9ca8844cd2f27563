"""Conditions that tests assert: comparisons, their negations and conjunctions, in all languages but Bash.

Invariant: a conjunction claims each of its parts; whatever is not understood is claimed to be true as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import NEGATED, Claim
from aiev.evidence.trees import arguments, bare, callee, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_OPERATORS = {"===": "==", "!==": "!=", "<>": "!="}
_RELATIONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"})
_EQUAL = re.compile(
    r"(?:^|\.)(?:array_equal|array_equiv|DeepEqual|isDeepStrictEqual)$|^(?:Object\.is|(?:Arrays|Objects|Array)\.(?:deepE|e)quals|"
    r"(?:slices|maps|bytes)\.Equal|_\.isEqual)$"
)
_CLOSE = re.compile(r"(?:^|\.)(?:isclose|allclose)$")
_ABSOLUTE = re.compile(r"(?:^|\.|::)f?abs[fl]?$|^Math\.abs$|^math\.Abs$", re.IGNORECASE)
_BINARY = frozenset({"comparison_operator", "binary_expression", "boolean_operator", "binary_operator"})


def conditions(node: Node, *, positive: bool = True) -> list[Claim]:
    """What holds when a condition is true (or false, if not `positive`)."""
    node = bare(node)
    parts = named(node)
    if node.type in {"not_operator", "unary_expression"} and node.children[0].type in {"not", "!"} and parts:
        return conditions(parts[-1], positive=not positive)
    operator = operator_of(node)
    if operator in ({"and", "&&"} if positive else {"or", "||"}):
        sides = [side for side in parts if side.type not in {"string_literal", "string"}]
        return [claim for side in sides for claim in conditions(side, positive=positive)]
    if not positive and operator in {"<", "<=", ">", ">="}:
        operator, positive = NEGATED[operator], True
    claim = _comparison(operator, parts) or _called(node) or Claim("true", node)
    return [claim if positive else negated(claim)]


def negated(claim: Claim) -> Claim:
    """The same sides, with the opposite between them."""
    return Claim(NEGATED.get(claim.relation, f"not {claim.relation}"), claim.left, claim.right, claim.extra)


def operator_of(node: Node) -> str:
    """The operator of a binary expression, `===` as `==`; empty for anything else, chains such as `1 < x < 3` too."""
    if node.type not in _BINARY:
        return ""
    tokens = [child.type for child in node.children if not child.is_named]
    return _OPERATORS.get(tokens[0], tokens[0]) if len(tokens) == 1 and len(named(node)) == 2 else ""  # noqa: PLR2004 - two sides


def _comparison(operator: str, parts: list[Node]) -> Claim | None:
    if operator not in _RELATIONS:
        return None
    left, right = parts
    close = _close(left, right, operator) or _close(right, left, {">": "<", ">=": "<="}.get(operator, ""))
    if close:
        return close
    for one, other in ((left, right), (right, left)):
        if one.type == "call" and callee(one).rpartition(".")[2] == "approx" and operator in {"==", "!="}:
            first, *rest = arguments(one) or [one]
            return Claim("almost" if operator == "==" else "not almost", other, first, tuple(rest))
    return Claim(operator, *_unwrapped(left, right))


def _close(left: Node, right: Node, operator: str) -> Claim | None:
    """`abs(f(x) - 0.5) < 1e-6`."""
    if operator not in {"<", "<="} or left.type not in {"call", "call_expression", "method_invocation"}:
        return None
    given = arguments(left)
    if _method(left) == "abs" and (receiver := _receiver(left)) is not None and not given:
        given = [bare(receiver)]
    elif not _ABSOLUTE.search(callee(left)):
        return None
    if len(given) != 1 or [child.type for child in given[0].children if not child.is_named] != ["-"]:
        return None
    sides = named(given[0])
    return Claim("almost", sides[0], sides[1], (right,)) if len(sides) == 2 else None  # noqa: PLR2004 - two sides


def _unwrapped(left: Node, right: Node) -> tuple[Node, Node]:
    """Two sides without the function that makes both comparable."""
    heads = {callee(side) if side.type == "call_expression" else "" for side in (left, right)}
    if heads == {"JSON.stringify"} and arguments(left) and arguments(right):
        return arguments(left)[0], arguments(right)[0]
    return left, right


def _called(node: Node) -> Claim | None:
    """Functions and methods that compare."""
    if node.type not in {"call", "call_expression", "method_invocation"}:
        return None
    name, given = callee(node), arguments(node)
    if len(given) >= 2 and _CLOSE.search(name):  # noqa: PLR2004 - two sides
        return Claim("almost", given[0], given[1], tuple(given[2:]))
    if len(given) == 2 and _EQUAL.search(name):  # noqa: PLR2004 - two sides
        return Claim("==", given[0], given[1])
    if len(given) == 1 and _method(node) == "equals" and (receiver := _receiver(node)) is not None:
        return Claim("==", receiver, given[0])
    return None


def _receiver(call: Node) -> Node | None:
    """The object whose method is called."""
    head = call.child_by_field_name("function")
    return call.child_by_field_name("object") or (head and (head.child_by_field_name("value") or None))


def _method(call: Node) -> str:
    head = call.child_by_field_name("function")
    return text_of(call.child_by_field_name("name") or (head and head.child_by_field_name("field")))
