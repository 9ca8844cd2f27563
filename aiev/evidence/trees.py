"""Syntax trees of texts that a model wrote.

Invariant: no text can crash or stall a reader. What cannot be written as UTF-8, is larger than `MOST_BYTES`, or nests
deeper than `MOST_DEPTH` has no tree, so that recursion over a tree is safe. Not covered: whether the text compiles;
parts that do not parse are ERROR nodes, as tree-sitter leaves them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from aiev_agents.languages.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

MOST_BYTES = 200_000
MOST_DEPTH = 120
"""Nodes above one another; each costs a reader one or two frames of Python's 1,000."""
MOST_OPEN = 300
"""Brackets open at once, those in strings too."""
_BRACKET = re.compile(r"[()\[\]{}]")
FUNCTIONS = frozenset({
    *("function_definition", "function_declaration", "method_declaration", "method_definition", "function_item"),
    *("generator_function_declaration", "function_expression", "arrow_function", "lambda_expression", "lambda"),
    *("func_literal", "closure_expression", "constructor_declaration"),
})  # fmt: skip
LAMBDAS = frozenset({
    *("function_expression", "arrow_function", "lambda_expression", "lambda", "func_literal", "closure_expression"),
})  # fmt: skip
CALLS = frozenset({
    *("call", "call_expression", "method_invocation", "new_expression", "object_creation_expression"),
    *("macro_invocation", "command"),
})  # fmt: skip


@lru_cache(maxsize=64)
def tree(text: str, language: str) -> Node | None:
    """The root of a text's syntax tree; None when the text is no UTF-8, too large or nested too deep."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return None
    if len(data) > MOST_BYTES or not _few_open(text):
        return None
    root = parse(text, language)
    return root if _shallow(root) else None


def _few_open(text: str) -> bool:
    """Whether never many brackets are open at once; a parser takes seconds for thousands of them."""
    opened = 0
    for match in _BRACKET.finditer(text):
        opened = opened + 1 if match[0] in "([{" else max(opened - 1, 0)
        if opened > MOST_OPEN:
            return False
    return True


def _shallow(root: Node) -> bool:
    cursor, depth = root.walk(), 0
    while True:
        if cursor.goto_first_child():
            depth += 1
            if depth > MOST_DEPTH:
                return False
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return True
            depth -= 1


def text_of(node: Node | None) -> str:
    """The text of a node; empty for None."""
    return (node.text or b"").decode(errors="replace") if node else ""


def descendants(node: Node) -> Iterator[Node]:
    """A node and everything below it, from above to below and from left to right."""
    yield node
    for child in node.children:
        yield from descendants(child)


def named(node: Node | None) -> list[Node]:
    """The named children of a node, without comments; none for None."""
    return [child for child in node.named_children if "comment" not in child.type] if node else []


def bare(node: Node) -> Node:
    """An expression without the parentheses around it."""
    while node.type == "parenthesized_expression" and len(inner := named(node)) == 1:
        node = inner[0]
    return node


def arguments(call: Node) -> list[Node]:
    """The arguments of a call."""
    return named(call.child_by_field_name("arguments"))


def callee(call: Node) -> str:
    """The text of what a call calls: `f`, `self.assertEqual`, `assert.equal`."""
    head = call.child_by_field_name("function") or call.child_by_field_name("macro")
    if head is None and (name := call.child_by_field_name("name")) is not None:
        receiver = call.child_by_field_name("object")
        return f"{text_of(receiver)}.{text_of(name)}" if receiver else text_of(name)
    return text_of(head)
