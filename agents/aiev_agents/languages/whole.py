"""What a source says at its top level: whether it is whole, and which functions and classes it defines.

Invariant: nothing is executed. Not covered: whether a whole source works; the interpreter decides that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.languages.python import parses
from aiev_agents.languages.syntax import name_of, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

_AROUND = frozenset({
    *("decorated_definition", "export_statement", "lexical_declaration", "variable_declaration"),
    *("template_declaration", "type_declaration", "namespace_definition", "declaration_list"),
})  # fmt: skip
"""Nodes that hold the definition itself."""
_WITH_BODY = frozenset({
    *("function_definition", "function_declaration", "method_declaration", "generator_function_declaration"),
    *("function_signature", "function_signature_item"),
})  # fmt: skip
_NOTHING = frozenset({"expression_statement", "command", "comment", "line_comment", "block_comment", "empty_statement"})
_ASSIGNED = frozenset({"assignment", "augmented_assignment", "assignment_expression"})
_BRINGS = re.compile(r"import|include|using|use_declaration|package")
"""Nodes that bring in what others define."""
_BROKEN = re.compile(r"\b(?:def|class|function|func|fn|struct|interface)\s+(\w+)|\b(\w+)\s*\([^;{}()]*\)\s*\{")
_STUB = frozenset({"pass_statement", "ellipsis", "string", "comment"})


def is_whole(source: str, language: str) -> bool:
    """Whether a source is grammatical from its beginning to its end."""
    return parses(source) if language == "python" else not parse(source, language).has_error


def states_something(source: str, language: str) -> bool:
    """Whether a source is whole and defines, imports or assigns: printed values and signatures do not."""
    return is_whole(source, language) and any(
        node.type not in _NOTHING or any(inner.type in _ASSIGNED for inner in node.named_children)
        for node in parse(source, language).named_children
        if not _is_stub(node)
    )


def defined_names(source: str, language: str) -> frozenset[str]:
    """Functions and classes that a source defines at its top level; those without a body are left out.

    Of a source that is not whole they are read by their words.
    """
    if not is_whole(source, language):
        return frozenset(match[1] or match[2] for match in _BROKEN.finditer(source))
    return frozenset(filter(None, (name for _, name in _definitions(parse(source, language)))))


def without(source: str, names: Iterable[str], language: str) -> str:
    """A source without its definitions of some names."""
    data = source.encode(errors="surrogatepass")
    gone = frozenset(names)
    for node, name in reversed(list(_definitions(parse(source, language)))):
        if name in gone:
            data = data[: node.start_byte] + data[node.end_byte :]
    return data.decode(errors="surrogatepass").strip("\n")


def _definitions(root: Node) -> Iterator[tuple[Node, str]]:
    """Top-level definitions, each with its name and with what stands around it."""
    for node in root.named_children:
        inner = [found for found in _definitions(node) if found[1]] if node.type in _AROUND else []
        if len(inner) > 1:
            yield from inner
        elif inner:
            yield node, inner[0][1]
        elif node.type not in _NOTHING and not _BRINGS.search(node.type) and not _is_stub(node):
            yield node, name_of(node)


def _is_stub(node: Node) -> bool:
    """Whether a function is declared and not defined, as in a signature that is shown."""
    inner = node.child_by_field_name("definition") or node
    if inner.type == "declaration":  # C++
        declarator = inner.child_by_field_name("declarator")
        return declarator is not None and declarator.type == "function_declarator"
    if inner.type not in _WITH_BODY:
        return False
    body = inner.child_by_field_name("body")
    if body is None:
        return True
    said = [one.named_children[0] if one.type == "expression_statement" else one for one in body.named_children]
    return inner.type == "function_definition" and body.type == "block" and all(one.type in _STUB for one in said)
