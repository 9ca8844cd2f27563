"""Takes one source that holds a solution and its unit tests apart, at its top-level parts.

Invariant: every top-level part goes to the solution, to the tests, or (imports) to both; nothing else is changed. A
source that does not parse, or holds no tests, is returned whole as the solution.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from aiev_agents.languages.syntax import parse

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
