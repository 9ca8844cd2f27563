"""Filters on a snippet's size and on the shape of a function.

Source: that functions need arguments and a return value is SelfCodeAlign's rule (arXiv 2410.24198, section 3.1).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from aiev.seeds import scope
from aiev.seeds.filters.facts import FUNCTION, definition, foreign_function, python_tree
from aiev.seeds.languages import PYTHON
from aiev.seeds.verdicts import Drop

if TYPE_CHECKING:
    from aiev.seeds.extract import Snippet

_NO_RETURN, _NO_ARGUMENTS, _PARSE_ERROR = Drop("no_return_value"), Drop("no_arguments"), Drop("parse_error")


def size(snippet: Snippet, *, min_lines: int, max_lines: int, max_chars: int) -> Drop | None:
    """Drop what is too short to say anything or too long for a prompt."""
    if len(snippet.content) > max_chars:
        return Drop("size", f"{len(snippet.content)} characters")
    if snippet.kind != FUNCTION:
        return None
    lines = snippet.content.count("\n") + 1
    return None if min_lines <= lines <= max_lines else Drop("size", f"{lines} lines")


def parses(snippet: Snippet) -> Drop | None:
    """Drop functions that this Python, or their own language's grammar, cannot parse."""
    if snippet.kind != FUNCTION:
        return None
    found = python_tree(snippet) if snippet.language == PYTHON else foreign_function(snippet)
    return _PARSE_ERROR if found is None else None


def returns_value(snippet: Snippet) -> Drop | None:
    """Drop functions without a result; a generator's yield counts as one."""
    if foreign := foreign_function(snippet):
        return None if scope.gives_result(foreign, snippet.language) else _NO_RETURN
    tree = python_tree(snippet)
    if tree is None:
        return None
    if "return" not in snippet.content and "yield" not in snippet.content:
        return _NO_RETURN
    return None if _gives_result(tree, yields="yield" in snippet.content) else _NO_RETURN


def _gives_result(tree: ast.Module, *, yields: bool) -> bool:
    """Whether anything is returned or yielded; only where the word `yield` stands are expressions looked into."""
    stack: list[ast.AST] = [*tree.body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            return True
        if isinstance(node, ast.YieldFrom):
            return True
        if yields:
            stack += ast.iter_child_nodes(node)
            continue
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                stack += inner
    return False


def has_arguments(snippet: Snippet) -> Drop | None:
    """Drop functions that take nothing."""
    if foreign := foreign_function(snippet):
        return None if scope.takes_arguments(foreign, snippet.language) else _NO_ARGUMENTS
    function = definition(snippet)
    if function is None:
        return None
    arguments = function.args
    taken = arguments.posonlyargs or arguments.args or arguments.kwonlyargs or arguments.vararg or arguments.kwarg
    return None if taken else _NO_ARGUMENTS
