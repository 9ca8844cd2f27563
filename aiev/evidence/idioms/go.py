"""Claims of Go tests: testify's assert and require; `if got != want { t.Errorf(...) }` is read as in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import Claim, names
from aiev.evidence.idioms.condition import conditions
from aiev.evidence.trees import arguments, callee, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_PAIRS = names(
    equal="Equal EqualValues Exactly JSONEq",
    unequal="NotEqual",
    almost="InDelta InEpsilon",
    same_items="ElementsMatch",
    has="Contains",
    lacks="NotContains",
    length="Len",
    greater="Greater",
    less="Less",
    at_least="GreaterOrEqual",
    at_most="LessOrEqual",
    raises="EqualError",
)
_VALUE_FIRST = frozenset({"Equal", "EqualValues", "Exactly", "NotEqual", "InDelta", "InEpsilon", "JSONEq"})
_SINGLE = names(nil="Nil", not_nil="NotNil", raises="Error Panics", no_error="NoError", empty="Empty")
_TOLERANT = frozenset({"InDelta", "InEpsilon"})


def claims(node: Node) -> list[Claim]:
    """What a Go statement claims."""
    inner = named(node)
    call = inner[0] if node.type == "expression_statement" and inner else node
    if call.type != "call_expression" or node.type not in {"expression_statement", "call_expression"}:
        return []
    module, _, method = callee(call).rpartition(".")
    if module not in {"assert", "require", "is"}:
        return []
    given = [one for one in arguments(call) if text_of(one) != "t"]
    if method in {"True", "False"} and given:
        return conditions(given[0], positive=method == "True")
    if method in _PAIRS and len(given) > 1:
        extra = tuple(given[2:3]) if method in _TOLERANT else ()
        return [Claim(_PAIRS[method], given[0], given[1], extra, value_first=method in _VALUE_FIRST)]
    return [Claim(_SINGLE[method], given[0])] if method in _SINGLE and given else []
