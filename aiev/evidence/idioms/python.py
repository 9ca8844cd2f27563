"""Claims of Python tests: assert, the methods of unittest and numpy.testing, pytest.raises, and try with a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import Claim, names
from aiev.evidence.idioms.condition import conditions
from aiev.evidence.idioms.failing import fails
from aiev.evidence.trees import arguments, bare, callee, named

if TYPE_CHECKING:
    from tree_sitter import Node

_PAIRS = names(
    equal="Equal Equals ListEqual DictEqual SetEqual TupleEqual SequenceEqual MultiLineEqual _equal _array_equal",
    unequal="NotEqual NotEquals",
    same="Is",
    other="IsNot",
    inside="In",
    outside="NotIn",
    almost="AlmostEqual AlmostEquals _almost_equal _allclose _array_almost_equal",
    not_almost="NotAlmostEqual",
    greater="Greater",
    less="Less",
    at_least="GreaterEqual",
    at_most="LessEqual",
    same_items="CountEqual ItemsEqual",
    instance="IsInstance",
    matches="Regex",
)
"""Methods that take two sides, without their `assert`."""
_SINGLE = names(none="IsNone", not_none="IsNotNone", true="_")
_WITH_TOLERANCE = frozenset({"almost", "not almost"})


def claims(node: Node) -> list[Claim]:
    """What a Python statement claims."""
    inner = named(node)
    match node.type:
        case "assert_statement" if inner:
            return [] if fails(node) else conditions(inner[0])
        case "expression_statement" if inner and inner[0].type == "call":
            return _method(inner[0])
        case "with_statement":
            return _raises(node)
        case "try_statement":
            return _tried(node)
    return []


def _method(call: Node) -> list[Claim]:
    name, given = callee(call).rpartition(".")[2], arguments(call)
    if not name.startswith("assert") or not given:
        return []
    kind = name.removeprefix("assert")
    plain = [one for one in given if one.type != "keyword_argument"]
    if kind.startswith("Raises") and len(plain) > 1:
        function, *rest = plain[2:] if "Regex" in kind else plain[1:]
        return [Claim("raises", lambda_body(function), plain[0], passed=_passed(function, rest))]
    if kind in _PAIRS and len(plain) > 1:
        extra = [one for one in given[2:] if _bears(one, _PAIRS[kind])]
        return [Claim(_PAIRS[kind], plain[0], plain[1], tuple(extra))]
    if kind in {"True", "False"}:
        return conditions(plain[0], positive=kind == "True") if plain else []
    return [Claim(_SINGLE[kind], plain[0])] if kind in _SINGLE and plain else []


def _bears(argument: Node, relation: str) -> bool:
    """Whether a further argument is a tolerance, not a message."""
    if relation not in _WITH_TOLERANCE or argument.type in {"string", "concatenated_string"}:
        return False
    return not (argument.text or b"").startswith((b"msg", b"err_msg"))


def lambda_body(node: Node) -> Node:
    """What a function without arguments gives; the function itself when it is a name."""
    body = node.child_by_field_name("body") if node.type == "lambda" else None
    return body if body is not None else node


def _passed(function: Node, rest: list[Node]) -> tuple[Node, ...] | None:
    return None if function.type == "lambda" else tuple(rest)


def _raises(node: Node) -> list[Claim]:
    """`with pytest.raises(E): f(1)`; the last statement is the one that must raise."""
    items = [item for clause in named(node) if clause.type == "with_clause" for item in named(clause)]
    body = named(node.child_by_field_name("body"))
    if len(items) != 1 or not body:
        return []
    call = items[0].child_by_field_name("value") or items[0]
    call = named(call)[0] if call.type == "as_pattern" else call
    if call.type != "call" or callee(call).rpartition(".")[2] not in {"raises", "assertRaises", "assertRaisesRegex"}:
        return []
    error, *extra = arguments(call) or [call]
    return [Claim("raises", _expression(body[-1]), error, tuple(extra), before=tuple(body[:-1]))]


def _tried(node: Node) -> list[Claim]:
    """`try: f(1); assert False` with `except E`, or the failure in `else`."""
    body = named(node.child_by_field_name("body"))
    clauses = {clause.type: clause for clause in named(node)}
    caught = named(clauses.get("except_clause"))
    fallback = clauses.get("else_clause")
    failure = fails(node.child_by_field_name("body")) or fails(fallback)
    runs = [statement for statement in body if not fails(statement)]
    if not failure or not runs or not caught or caught[0].type == "block":
        return []
    error = named(caught[0])[0] if caught[0].type == "as_pattern" else caught[0]
    return [Claim("raises", _expression(runs[-1]), error, before=tuple(runs[:-1]))]


def _expression(statement: Node) -> Node:
    """The expression of a statement; of an assignment, what is assigned."""
    inner = named(statement)
    if statement.type != "expression_statement" or not inner:
        return statement
    return bare(inner[0].child_by_field_name("right") or inner[0])
