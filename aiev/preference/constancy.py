"""Test units whose outcome does not depend on the program, by their text.

Not covered: a unit that names the program's functions and asks nothing of them; `selection.py` looks at what passes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.bindings import ASSIGNMENTS, targets
from aiev.evidence.definitions import defined_names, functions
from aiev.evidence.trees import named, text_of, tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

_SILENT = ("string", "comment", "import")
"""Parts of the kinds of nodes whose words call nothing."""
_HOLES = frozenset({"interpolation", "template_substitution", "command_substitution"})
"""What is run inside of a string."""


def constant_units(units: Sequence[str], programs: Sequence[str], language: str) -> list[bool]:
    """Of each unit, whether it uses no name of any program, or only names that it defines itself.

    Where no program defines a name, as where all are read from standard input, no unit is called constant; nor is one
    that is too large to be read.
    """
    names = {name for program in programs for name in _defined(program, language)}
    return [bool(names) and _stands_alone(unit, language, names) for unit in units]


def _stands_alone(unit: str, language: str, names: set[str]) -> bool:
    root = tree(unit, language)
    return root is not None and not (set(_words(root)) & names) - _defined(unit, language)


def _defined(text: str, language: str) -> set[str]:
    """Functions and classes, also inner ones, and values at the top level."""
    root = tree(text, language)
    if root is None:
        return set()
    values = (
        text_of(target)
        for node in named(root)
        for inner in (node, *named(node))
        if inner.type in ASSIGNMENTS
        for target in targets(inner.child_by_field_name(ASSIGNMENTS[inner.type][0]))
    )
    outer = (name.partition("(")[0] for name in functions(text, language))
    return {*outer, *values, *defined_names(root)} - {""}


def _words(node: Node) -> Iterator[str]:
    """Words outside of strings, comments and imports."""
    if any(part in node.type for part in _SILENT):
        yield from (word for child in node.children if child.type in _HOLES for word in _words(child))
    elif not node.children:
        yield text_of(node)
    else:
        for child in node.children:
            yield from _words(child)
