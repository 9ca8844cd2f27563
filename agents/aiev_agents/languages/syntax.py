"""Parsers of the languages, by their tree-sitter wheels; no grammar is fetched at run time.

Invariant: a grammar is imported when its language is first parsed, and once.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_FACTORIES = {"typescript": "language_typescript"}
"""Functions that give a wheel's grammar, where they are not called `language`."""


@cache
def parser(language: str) -> Parser:
    """The parser of a language, by its name."""
    from tree_sitter import Language, Parser

    wheel = import_module(f"tree_sitter_{language}")
    return Parser(Language(getattr(wheel, _FACTORIES.get(language, "language"))()))


def parse(text: str, language: str) -> Node:
    """The root of a text's syntax tree; positions in it are those of the text in UTF-8."""
    return parser(language).parse(text.encode(errors="surrogatepass")).root_node


def text_of(node: Node | None) -> str:
    """The text of a node; empty for None."""
    return (node.text or b"").decode(errors="surrogatepass") if node else ""


def name_of(node: Node) -> str:
    """The name that a definition binds; empty when it has none."""
    found = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    while found is not None and (inner := found.child_by_field_name("declarator")) is not None:
        found = inner
    return text_of(found)
