"""What several filters need to know of one snippet, found once.

Invariant: pure functions of the text; the caches only save time.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from aiev.seeds import scope
from aiev.seeds.languages import PYTHON

if TYPE_CHECKING:
    from tree_sitter import Node

    from aiev.seeds.extract import Snippet

FUNCTION = "function"
_CACHED = 512
"""About one batch; a tree of a function takes some tens of kilobytes."""


def python_tree(snippet: Snippet) -> ast.Module | None:
    """The syntax tree of a Python function; None for anything else, and for what this Python cannot parse."""
    return _tree(snippet.content) if snippet.language == PYTHON and snippet.kind == FUNCTION else None


def foreign_function(snippet: Snippet) -> Node | None:
    """The function of a snippet in another language; None when it is Python, no function, or broken."""
    if snippet.kind != FUNCTION or snippet.language == PYTHON:
        return None
    return _foreign(snippet.content, snippet.language)


def definition(snippet: Snippet) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The Python function that a snippet begins with."""
    tree = python_tree(snippet)
    first = tree.body[0] if tree and tree.body else None
    return first if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) else None


@lru_cache(maxsize=_CACHED)
def _tree(content: str) -> ast.Module | None:
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last for brackets nested too deep
        return None


@lru_cache(maxsize=_CACHED)
def _foreign(content: str, language: str) -> Node | None:
    root = scope.root_of(content, language)
    return scope.function_in(root) if root is not None else None
