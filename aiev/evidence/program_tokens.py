"""A program as its tokens: layout and comments gone, so that programs that differ in nothing else run once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.languages.syntax import parse, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
_WHOLE = frozenset({"string", "string_literal", "template_string", "interpreted_string_literal", "raw_string_literal"})
"""Nodes whose text counts as it is."""
_INDENTED = frozenset({"block"})
"""Nodes that their first and last line alone may bound."""


def program_tokens(program: str, language: str) -> str:
    """The tokens of a program, one a line; a docstring is a comment."""
    return "\n".join(_tokens(parse(program, language)))


def _tokens(node: Node) -> Iterator[str]:
    if node.type in _COMMENTS or _is_docstring(node):
        return
    if node.type in _WHOLE or not node.children:
        yield text_of(node)
        return
    if node.type in _INDENTED:
        yield "{"
    for child in node.children:
        yield from _tokens(child)
    if node.type in _INDENTED:
        yield "}"


def _is_docstring(node: Node) -> bool:
    """Whether a statement is a string alone."""
    return node.type == "expression_statement" and [child.type for child in node.children] == ["string"]
