"""What several filters need to know of one snippet, found once.

Python functions are asked for their symbol tables, which the interpreter makes in C in half the time that a syntax tree
of Python objects takes; a tree is made only where a question needs one. Invariant: pure functions of the text; the
caches only save time.
"""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from aiev.seeds import scope
from aiev.seeds.languages import PYTHON

if TYPE_CHECKING:
    from tree_sitter import Node

    from aiev.seeds.extract import Snippet

FUNCTION = "function"
BATCH = 256
"""Snippets that are judged at once; so many are remembered here."""
_NOT_PARSED = (SyntaxError, ValueError, RecursionError, MemoryError)
"""The last for brackets nested too deep."""


@dataclass(frozen=True, slots=True)
class PythonFacts:
    """What the symbol tables of a Python function say."""

    takes_arguments: bool
    free: frozenset[str]
    """Names that it uses and nowhere binds, builtins among them."""


def python_facts(snippet: Snippet) -> PythonFacts | None:
    """Facts of a Python function; None for anything else, and for what this Python cannot parse."""
    return _facts(snippet.content) if snippet.language == PYTHON and snippet.kind == FUNCTION else None


def python_tree(snippet: Snippet) -> ast.Module | None:
    """The syntax tree of a Python function; None as above."""
    return _tree(snippet.content) if snippet.language == PYTHON and snippet.kind == FUNCTION else None


def foreign_function(snippet: Snippet) -> Node | None:
    """The function of a snippet in another language; None when it is Python, no function, or broken."""
    if snippet.kind != FUNCTION or snippet.language == PYTHON:
        return None
    return _foreign(snippet.content, snippet.language)


@lru_cache(maxsize=2 * BATCH)
def _facts(content: str) -> PythonFacts | None:
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
    return PythonFacts(bool(first and first.get_parameters()), frozenset(used - defined))


@lru_cache(maxsize=2 * BATCH)
def _tree(content: str) -> ast.Module | None:
    try:
        return ast.parse(content)
    except _NOT_PARSED:
        return None


@lru_cache(maxsize=2 * BATCH)
def _foreign(content: str, language: str) -> Node | None:
    root = scope.root_of(content, language)
    return scope.function_in(root) if root is not None else None
