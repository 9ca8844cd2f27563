"""Claims of Bash tests: `[ ... ]`, `[[ ... ]]`, `test` and `(( ))`, alone, before `|| exit`, and before what exits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import Claim
from aiev.evidence.idioms.condition import negated
from aiev.evidence.trees import descendants, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_OPERATORS = {"=": "==", "-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">=", "=~": "matches"}
_EXITS = re.compile(r"\b(?:exit|return) [1-9]|\bfail\w*\b|\bfalse\b")


def claims(node: Node) -> list[Claim]:
    """What a command of a Bash test claims."""
    match node.type:
        case "test_command":
            return _tested(node)
        case "negated_command" if named(node):
            return [negated(one) for one in claims(named(node)[0])]
        case "command":
            return _test_word(node)
        case "list":
            return _list(node)
        case "if_statement":
            return _conditional(node)
    return []


def _list(node: Node) -> list[Claim]:
    """`check || exit 1` claims the check; `bad && exit 1` its opposite; `a && b` both."""
    parts, operator = named(node), [child.type for child in node.children if not child.is_named]
    if len(parts) != 2 or not operator:  # noqa: PLR2004 - two sides
        return []
    first, second = parts
    if operator[0] == "||" and (_EXITS.search(text_of(second)) or not claims(second)):
        return claims(first)
    if operator[0] == "&&" and _EXITS.search(text_of(second)):
        return [negated(one) for one in claims(first)]
    return claims(first) + claims(second) if operator[0] == "&&" else []


def _conditional(node: Node) -> list[Claim]:
    """`if bad; then exit 1; fi`, and `if good; then ...; else exit 1; fi`."""
    condition, *rest = named(node) or [node]
    fallback = [one for one in rest if one.type == "else_clause"]
    body = [one for one in rest if one.type not in {"else_clause", "elif_clause"}]
    if any(_EXITS.search(text_of(one)) for one in body):
        return [negated(one) for one in claims(condition)]
    return claims(condition) if any(_EXITS.search(text_of(one)) for one in fallback) else []


def _tested(node: Node) -> list[Claim]:
    inner = named(node)
    if len(inner) == 1 and inner[0].type == "negation_expression":
        return [negated(one) for one in _expression(named(inner[0])[-1])]
    return _expression(inner[0]) if len(inner) == 1 else []


def _expression(node: Node) -> list[Claim]:
    inner = named(node)
    if node.type == "binary_expression" and node.child_by_field_name("left") is not None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = text_of(node.child_by_field_name("operator"))
        if operator == "&&" and left is not None and right is not None:
            return _expression(left) + _expression(right)
        if left is not None and right is not None:
            return [Claim(_OPERATORS.get(operator, operator), left, right)]
    if node.type == "unary_expression" and inner:
        return [Claim(text_of(node.children[0]), inner[-1])]
    return [Claim("true", node)]


def _test_word(node: Node) -> list[Claim]:
    """`test "$(f)" = x`, and helpers such as `assert_equals`."""
    words = named(node)
    name, given = text_of(words[0]) if words else "", words[1:]
    if name == "test" and len(given) == 3:  # noqa: PLR2004 - a side, an operator, a side
        return [Claim(_OPERATORS.get(text_of(given[1]), text_of(given[1])), given[0], given[2])]
    if re.match(r"assert_?(?:eq|equals?)$", name) and len(given) >= 2:  # noqa: PLR2004 - two sides
        calls = [any(below.type == "command_substitution" for below in descendants(one)) for one in given[:2]]
        return [Claim("==", given[0], given[1], value_first=calls == [False, True])]
    return []
