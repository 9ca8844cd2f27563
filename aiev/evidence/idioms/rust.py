"""Claims of Rust tests: assert!, assert_eq!, assert_ne!, and `#[should_panic]`.

The arguments of a macro are loose tokens to tree-sitter; each is parsed by itself as an expression.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import Claim
from aiev.evidence.idioms.condition import conditions
from aiev.evidence.trees import callee, descendants, named, text_of, tree

if TYPE_CHECKING:
    from tree_sitter import Node

_HEAD = "fn _e() { ("
_PAIRS = {"assert_eq": "==", "assert_ne": "!=", "debug_assert_eq": "==", "assert_relative_eq": "almost"}


def claims(node: Node) -> list[Claim]:
    """What a Rust statement claims."""
    if node.type == "function_item":
        return _panics(node)
    inner = named(node)
    call = inner[0] if node.type == "expression_statement" and inner else node
    if call.type != "macro_invocation" or (node is call and node.parent is not None and node.parent.type != "block"):
        return []
    name, given = callee(call), macro_arguments(call)
    if name in {"assert", "debug_assert"} and given:
        expression, offset = given[0]
        return [replace(claim, offset=offset) for claim in conditions(expression)]
    if name in _PAIRS and len(given) > 1:
        (left, _), (right, offset), *_ = given
        return [Claim(_PAIRS[name], left, right, offset=offset)]
    return []


def macro_arguments(call: Node) -> list[tuple[Node, int]]:
    """The arguments of a macro as expressions, each with the bytes between its positions and those in the file."""
    tokens = next((child for child in call.children if child.type == "token_tree"), None)
    if tokens is None:
        return []
    groups: list[list[Node]] = [[]]
    for child in tokens.children[1:-1]:
        if text_of(child) == ",":
            groups.append([])
        else:
            groups[-1].append(child)
    data, start = tokens.text or b"", tokens.start_byte
    spans = [(group[0].start_byte, group[-1].end_byte) for group in groups if group]
    found = [(_expression(data[first - start : last - start].decode(errors="replace")), first) for first, last in spans]
    return [(node, first - len(_HEAD)) for node, first in found if node is not None]


def _expression(text: str) -> Node | None:
    root = tree(f"{_HEAD}{text}); }}", "rust")
    if root is None or root.has_error:
        return None
    outer = next(
        (node for node in descendants(root) if node.type in {"parenthesized_expression", "tuple_expression"}), None
    )
    return named(outer)[0] if outer is not None and len(named(outer)) == 1 else None


def _panics(function: Node) -> list[Claim]:
    """A test that must panic, by its last statement."""
    above, attributes = function.prev_named_sibling, ""
    while above is not None and above.type == "attribute_item":
        attributes += text_of(above)
        above = above.prev_named_sibling
    body = named(function.child_by_field_name("body"))
    if "should_panic" not in attributes or not body:
        return []
    last = named(body[-1])[0] if body[-1].type == "expression_statement" and named(body[-1]) else body[-1]
    last = last.child_by_field_name("value") or last
    return [Claim("raises", last, before=tuple(body[:-1]))]
