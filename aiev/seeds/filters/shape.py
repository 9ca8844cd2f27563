"""Filters on a snippet's size and on the shape of a function.

Source: that functions need arguments and a return value is SelfCodeAlign's rule (arXiv 2410.24198, section 3.1).
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from aiev.seeds.filters import foreign_function as foreign
from aiev.seeds.filters.filter import Drop
from aiev.seeds.filters.python_function import python_function, python_tree
from aiev.seeds.snippet import FUNCTION
from aiev_agents.languages import PYTHON

if TYPE_CHECKING:
    from aiev.seeds.settings import FiltersSettings
    from aiev.seeds.snippet import Snippet

_NO_RETURN, _NO_ARGUMENTS, _PARSE_ERROR = Drop("no_return_value"), Drop("no_arguments"), Drop("parse_error")
_TRIPLE = ('"""', "'''")
_RETURN_LINE = re.compile(r"^[ \t]+return[ \t]*[^\s#;]", re.MULTILINE)


def size(snippet: Snippet, settings: FiltersSettings) -> Drop | None:
    """Drop functions that are too short or long, and any text too long for a prompt."""
    if len(snippet.content) > settings.max_chars:
        return Drop("size", f"{len(snippet.content)} characters")
    if snippet.kind != FUNCTION:
        return None
    lines = snippet.content.count("\n") + 1
    return None if settings.min_lines <= lines <= settings.max_lines else Drop("size", f"{lines} lines")


def parses(snippet: Snippet) -> Drop | None:
    """Drop functions that this Python, or their own language's grammar, cannot parse."""
    if snippet.kind != FUNCTION:
        return None
    found = python_function(snippet) if snippet.language == PYTHON else foreign.foreign_function(snippet)
    return _PARSE_ERROR if found is None else None


def returns_value(snippet: Snippet) -> Drop | None:
    """Drop functions that return nothing; a generator's yield counts."""
    if function := foreign.foreign_function(snippet):
        return None if foreign.returns_value(function, snippet.language) else _NO_RETURN
    if snippet.language != PYTHON or snippet.kind != FUNCTION:
        return None
    told = _told_by_text(snippet.content)
    if told is None:
        tree = python_tree(snippet)
        told = tree is None or any(map(_is_result, ast.walk(tree)))
    return None if told else _NO_RETURN


def _told_by_text(content: str) -> bool | None:
    """Whether a Python function returns a value, where its text leaves no doubt."""
    quotes = next((mark for mark in _TRIPLE if mark in content), None)
    if quotes is None or sum(map(content.count, _TRIPLE)) != 2:  # noqa: PLR2004 - the two ends of the docstring
        return None
    code = content.rpartition(quotes)[2]
    if "yield" in code:
        return None
    if _RETURN_LINE.search(code):
        return True
    return None if "return" in code else False


def _is_result(node: ast.AST) -> bool:
    return (isinstance(node, ast.Return | ast.Yield) and node.value is not None) or isinstance(node, ast.YieldFrom)


def has_arguments(snippet: Snippet) -> Drop | None:
    """Drop functions without parameters."""
    if function := foreign.foreign_function(snippet):
        return None if foreign.takes_arguments(function, snippet.language) else _NO_ARGUMENTS
    python = python_function(snippet)
    return _NO_ARGUMENTS if python and not python.takes_arguments else None
