"""What filters ask of a Python function: its parameters, the names it leaves unbound, its syntax tree.

The symbol tables come from the interpreter, which makes them in C in half the time of a syntax tree; a tree is made
only where a question needs one. Invariant: pure functions of the text; the caches only save time.
"""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from aiev.seeds.snippet import FUNCTION
from aiev_agents.languages import PYTHON

if TYPE_CHECKING:
    from aiev.seeds.snippet import Snippet

BATCH = 256
"""Snippets that are judged at once, which is how many the caches must hold."""
_NOT_PARSED = (SyntaxError, ValueError, RecursionError, MemoryError)
"""The last for brackets nested too deep."""


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """What the symbol tables of a function say."""

    takes_arguments: bool
    free: frozenset[str]
    """Names that it uses and nowhere binds, builtins among them."""


def python_function(snippet: Snippet) -> PythonFunction | None:
    """The function of a snippet; None for anything else, and for what this Python cannot parse."""
    return _function(snippet.content) if _is_python_function(snippet) else None


def python_tree(snippet: Snippet) -> ast.Module | None:
    """Its syntax tree; None as above."""
    return _tree(snippet.content) if _is_python_function(snippet) else None


def _is_python_function(snippet: Snippet) -> bool:
    return snippet.language == PYTHON and snippet.kind == FUNCTION


@lru_cache(maxsize=2 * BATCH)
def _function(content: str) -> PythonFunction | None:
    try:
        top = symtable.symtable(content, "<seed>", "exec")
    except _NOT_PARSED:
        return None
    used, stack, first = set[str](), top.get_children(), None
    while stack:
        table = stack.pop(0)
        stack += table.get_children()
        if isinstance(table, symtable.Function):
            first = first or table
            used.update(table.get_globals())
        else:
            used.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    defined = set[str]()
    for symbol in top.get_symbols():
        (defined if symbol.is_assigned() or symbol.is_imported() else used).add(symbol.get_name())
    return PythonFunction(bool(first and first.get_parameters()), frozenset(used - defined))


@lru_cache(maxsize=2 * BATCH)
def _tree(content: str) -> ast.Module | None:
    try:
        return ast.parse(content)
    except _NOT_PARSED:
        return None
