"""Takes documented functions out of source.

Invariant: the same text gives the same functions. A source with syntax errors gives what tree-sitter could still
recognise.

Source: SelfCodeAlign (arXiv 2410.24198).
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from aiev.seeds.extract.languages import ATTRIBUTES, COMMENTS, RULES, Rules
from aiev.seeds.extract.python_blocks import Block, documented_blocks
from aiev.seeds.snippet import FUNCTION, Snippet
from aiev_agents.languages import PYTHON
from aiev_agents.languages.syntax import name_of, parser, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_FUNCTION_VALUES = {"arrow_function", "function_expression", "generator_function"}


def documented_functions(text: str, language: str = PYTHON) -> Iterator[Snippet]:
    """Functions with their documentation, and with what is written above them (decorators, attributes).

    Top-level functions, and those inside of Java's classes, namespaces and modules.
    """
    data = text.encode(errors="surrogatepass")
    counted, lines = 0, 1
    for first, end, function in _found(data, language):
        line = data.rfind(b"\n", 0, first) + 1
        start = first if data[line:first].strip() else line
        lines += data.count(b"\n", counted, start)
        counted = start
        content = data[start:end].decode(errors="surrogatepass")
        yield Snippet(
            FUNCTION,
            textwrap.dedent(content) if content[:1].isspace() else content,
            line=lines,
            name=name_of(function) or None,
            language=language,
        )


def _found(data: bytes, language: str) -> Iterator[tuple[int, int, Node]]:
    """Documented functions as nodes, each with where its text begins and ends."""
    if language != PYTHON:
        root = parser(language).parse(data).root_node
        yield from (
            (first.start_byte, last.end_byte, function)
            for first, last, function in _with_comments(root, RULES[language])
        )
        return
    blocks = documented_blocks(data)
    roots = [_root(data, block) for block in blocks or ()]
    if blocks is None or None in roots:
        yield from _with_docstrings(parser(PYTHON).parse(data).root_node, Block(0, len(data)))
        return
    for root, block in filter(None, roots):
        yield from _with_docstrings(root, block)


def _root(data: bytes, block: Block) -> tuple[Node, Block] | None:
    """The syntax tree of a block, of no more than its head where that tells all; None when it has errors."""
    if block.head:
        root = parser(PYTHON).parse(data[block.start : block.head]).root_node
        if not root.has_error and any(_with_docstrings(root, block)):
            return root, block
    whole = Block(block.start, block.end)
    root = parser(PYTHON).parse(data[block.start : block.end]).root_node
    return None if root.has_error else (root, whole)


def _with_docstrings(root: Node, block: Block) -> Iterator[tuple[int, int, Node]]:
    for node in root.children:
        function = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        if function is not None and function.type == "function_definition" and _has_docstring(function):
            end = block.end if block.head else block.start + node.end_byte
            yield block.start + node.start_byte, end, function


def _has_docstring(function: Node) -> bool:
    body = function.child_by_field_name("body")
    first = next((child for child in body.children if child.type != "comment"), None) if body else None
    return bool(first and first.type == "expression_statement" and first.children[0].type == "string")


def _with_comments(root: Node, rules: Rules) -> Iterator[tuple[Node, Node, Node]]:
    stack = [*reversed(root.named_children)]
    while stack:
        node = stack.pop()
        function = _function(node, rules)
        if function is not None:
            first = _documentation(node, rules)
            if first is None and _is_documented_inside(function, rules):
                first = node
            if first is not None:
                yield first, node, function
        elif node.type in rules.inside:
            stack += reversed(node.named_children)


def _function(node: Node, rules: Rules) -> Node | None:
    """The function that a node is or wraps."""
    if node.type in rules.functions:
        return node
    if node.type not in rules.wrappers:
        return None
    for child in node.named_children:
        if child.type == "variable_declarator":
            value = child.child_by_field_name("value")
            return child if value is not None and value.type in _FUNCTION_VALUES else None
        function = _function(child, rules)
        if function is not None:
            return function
    return None


def _documentation(node: Node, rules: Rules) -> Node | None:
    """First of the comments right above a node, if they document it."""
    first, documented, above = node, False, node.prev_sibling
    while above is not None and above.type in COMMENTS | ATTRIBUTES and _is_right_above(above, first):
        text = text_of(above)
        if above.type in COMMENTS and text.startswith("#!"):
            break
        documented = documented or bool(above.type in COMMENTS and rules.documentation.match(text))
        first, above = above, above.prev_sibling
    return first if documented else None


def _is_right_above(node: Node, below: Node) -> bool:
    """Whether a node ends on the line above another and begins a line of its own."""
    before = node.prev_sibling
    own_line = before is None or before.end_point[0] < node.start_point[0] or before.end_point[1] == 0
    return own_line and below.start_point[0] - node.end_point[0] <= 1


def _is_documented_inside(function: Node, rules: Rules) -> bool:
    body = function.child_by_field_name("body")
    first = next(iter(body.named_children), None) if body else None
    return bool(rules.inner and first and first.type in COMMENTS and rules.inner.match(text_of(first)))
