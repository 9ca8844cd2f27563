"""Takes snippets out of Python source: documented functions, or runs of consecutive lines.

Invariant: the same text and the same random generator give the same snippets. A source with syntax errors gives what
tree-sitter could still make out.

Source: documented functions as in SelfCodeAlign (arXiv 2410.24198); 1 to 15 consecutive lines as in OSS-Instruct
(Magicoder, arXiv 2312.02120).
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

MAX_SNIPPET_LINES = 15
_LINES_PER_SNIPPET = 60
"""One snippet for about so many lines of a file."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of source. `line` counts from 1."""

    kind: str
    content: str
    line: int
    name: str | None = None


@cache
def _parser() -> Parser:
    import tree_sitter_python  # noqa: PLC0415 - only where something is extracted
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_python.language()))


def documented_functions(text: str) -> Iterator[Snippet]:
    """Top-level functions that have a docstring, with their decorators."""
    data = text.encode()
    for node in _parser().parse(data).root_node.children:
        function = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        if function is None or function.type != "function_definition" or not _has_docstring(function):
            continue
        name = function.child_by_field_name("name")
        content = textwrap.dedent(data[node.start_byte : node.end_byte].decode())
        yield Snippet(
            kind="function",
            content=content,
            line=node.start_point[0] + 1,
            name=name.text.decode() if name and name.text else None,
        )


def _has_docstring(function: Node) -> bool:
    body = function.child_by_field_name("body")
    first = next((child for child in body.children if child.type != "comment"), None) if body else None
    return bool(first and first.type == "expression_statement" and first.children[0].type == "string")


def random_snippets(text: str, rng: random.Random) -> Iterator[Snippet]:
    """Runs of 1 to 15 consecutive lines that are not blank, about one for every 60 lines."""
    lines = text.splitlines()
    for _ in range(max(1, len(lines) // _LINES_PER_SNIPPET)):
        size = rng.randint(1, MAX_SNIPPET_LINES)
        start = rng.randrange(max(1, len(lines) - size + 1))
        content = textwrap.dedent("\n".join(lines[start : start + size])).strip("\n")
        if content.strip():
            yield Snippet(kind="snippet", content=content, line=start + 1)
