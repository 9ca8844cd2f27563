"""Claims of C++ tests: assert, and the macros of GoogleTest, Catch2 and doctest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import Claim, names
from aiev.evidence.idioms.condition import conditions
from aiev.evidence.trees import arguments, callee, named

if TYPE_CHECKING:
    from tree_sitter import Node

_PAIRS = names(
    equal="EQ STREQ",
    unequal="NE STRNE",
    less="LT",
    at_most="LE",
    greater="GT",
    at_least="GE",
    almost="NEAR FLOAT_EQ DOUBLE_EQ",
)
_MACRO = re.compile(r"^(?:EXPECT|ASSERT|CHECK|REQUIRE)_(\w+)$")


def claims(node: Node) -> list[Claim]:
    """What a C++ statement claims."""
    inner = named(node)
    if node.type != "expression_statement" or not inner or inner[0].type != "call_expression":
        return []
    name, given = callee(inner[0]), arguments(inner[0])
    if not given:
        return []
    if name in {"assert", "CHECK", "REQUIRE"}:
        return conditions(given[0])
    match = _MACRO.match(name)
    kind = match[1] if match else ""
    if kind in {"TRUE", "FALSE"}:
        return conditions(given[0], positive=kind == "TRUE")
    if kind in _PAIRS and len(given) > 1:
        return [Claim(_PAIRS[kind], given[0], given[1], tuple(given[2:]))]
    if kind in {"THROW", "THROWS_AS"} and len(given) > 1:
        return [Claim("raises", given[0], given[1])]
    return [Claim("raises", given[0])] if kind in {"ANY_THROW", "THROWS"} else []
