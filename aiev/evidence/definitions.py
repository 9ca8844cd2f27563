"""Names that a program defines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.trees import FUNCTIONS, LAMBDAS, descendants, named, text_of, tree
from aiev_agents.languages.syntax import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_CLASSES = frozenset(
    {"class_definition", "class_declaration", "class_specifier", "struct_specifier", "record_declaration"}
)
_WRAPPERS = frozenset({
    *("decorated_definition", "export_statement", "lexical_declaration", "variable_declaration"),
    *("expression_statement", "mod_item", "declaration_list", "namespace_definition", "template_declaration"),
    "field_declaration_list",
})  # fmt: skip
_BINDINGS = {"variable_declarator": ("name", "value"), "assignment": ("left", "right")}


def functions(program: str, language: str) -> tuple[str, ...]:
    """What a program defines at its top level: functions, classes, and each method as `Class().method`.

    Names that begin with an underscore and methods that Python calls by itself are left out.
    """
    root = tree(program, language)
    found = list(_defined(root)) if root is not None else []
    return tuple(dict.fromkeys(name for name in found if name and not name.rpartition(".")[2].startswith("_")))


def defined_names(root: Node) -> list[str]:
    """Names of all functions and classes below a node, nested ones too; methods of classes are left out."""
    kinds = (FUNCTIONS - LAMBDAS) | _CLASSES
    return [name_of(node) for node in descendants(root) if node.type in kinds and not _is_method(node)]


def _is_method(node: Node) -> bool:
    outer = node.parent
    while outer is not None and outer.type in _WRAPPERS | {"block", "class_body"}:
        outer = outer.parent
    return outer is not None and outer.type in _CLASSES | {"impl_item"}


def _defined(scope: Node) -> Iterator[str]:
    for node in named(scope):
        if node.type in _WRAPPERS:
            yield from _defined(node)
        elif node.type in _CLASSES or node.type == "impl_item":
            yield from _class(node)
        elif node.type == "method_declaration":  # Go's, with a receiver
            receiver = text_of(node.child_by_field_name("receiver")).strip("()").split()
            yield f"{receiver[-1].lstrip('*')}().{name_of(node)}" if receiver else name_of(node)
        elif node.type in FUNCTIONS:
            yield name_of(node)
        elif node.type in _BINDINGS:
            name, value = (node.child_by_field_name(field) for field in _BINDINGS[node.type])
            if value is not None and value.type in LAMBDAS:
                yield text_of(name)


def _class(node: Node) -> Iterator[str]:
    name = text_of(node.child_by_field_name("name") or node.child_by_field_name("type"))
    if node.type != "impl_item":
        yield name
    for member in named(node.child_by_field_name("body")):
        inner = member.child_by_field_name("definition") or member
        if inner.type in FUNCTIONS and (method := name_of(inner)) != name:
            yield f"{name}().{method}"
