"""Takes one source that holds a solution and its unit tests apart, at its top-level parts.

Invariant: every top-level part goes to the solution, to the tests, or (imports) to both; nothing else is changed. A
source that does not parse, or holds no tests, is returned whole as the solution.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from aiev_agents.languages.syntax import parse, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from aiev_agents.languages.language import Split


class Part(Enum):
    """Where a top-level part of a source belongs."""

    PROGRAM = auto()
    TESTS = auto()
    BOTH = auto()


Sort = Callable[["Node", str], Part]
"""Sorts a node; the text has the comments and attributes above it too."""
_CHECKS = re.compile(r"\b(?:assert\w*|ASSERT\w*|EXPECT_\w+|expect|REQUIRE|CHECK)\b[.!]?\w*\s*\(|\bassert\s")
_GIVES = re.compile(r"\breturn\b\s*[^\s;}]|=>\s*[^\s{]")
ABOVE = frozenset({"comment", "line_comment", "block_comment", "attribute_item"})
"""Nodes that belong to the one below them."""


def splitter(language: str, sort: Sort) -> Split:
    """A function that takes a source of `language` apart by `sort`."""

    def split(source: str) -> tuple[str, str]:
        root = parse(source, language)
        if root.has_error:
            return source, ""
        parts = _parts(root, source.encode(errors="surrogatepass"), sort)
        kinds = {part for part, _ in parts}
        if Part.TESTS not in kinds:
            return source, ""
        program = _joined(parts, Part.PROGRAM) if Part.PROGRAM in kinds else ""
        return program, _joined(parts, Part.TESTS)

    return split


def _parts(root: Node, data: bytes, sort: Sort) -> list[tuple[Part, str]]:
    parts: list[tuple[Part, str]] = []
    end = 0
    for node in root.children:
        if node.type in ABOVE:
            continue
        text = data[end : node.end_byte].decode(errors="surrogatepass")
        parts.append((sort(node, text), text))
        end = node.end_byte
    rest = data[end:].decode(errors="surrogatepass")
    if parts and rest.strip():
        parts.append((parts[-1][0], rest))
    return parts


def _joined(parts: list[tuple[Part, str]], wanted: Part) -> str:
    return "".join(text for part, text in parts if part in {wanted, Part.BOTH}).strip("\n")


def is_solution(function: Node, text: str) -> bool:
    """Whether a function called `test...` is what a problem asks for.

    It takes arguments, and gives a value or checks nothing.

    Args:
        function: the node that has its parameters, or one around it.
        text: its source.
    """
    return _takes(function) and (bool(_GIVES.search(text)) or not _CHECKS.search(text))


def _takes(node: Node) -> bool:
    """Whether a function, or one that a name is bound to, has parameters."""
    if (found := node.child_by_field_name("parameters")) is not None:
        return bool([one for one in found.named_children if text_of(one) != "void"])
    if node.child_by_field_name("parameter") is not None:
        return True
    inner = [node.child_by_field_name(field) for field in ("declarator", "declaration", "value")]
    if node.type == "lexical_declaration":
        inner += node.named_children
    return any(_takes(one) for one in inner if one is not None)
