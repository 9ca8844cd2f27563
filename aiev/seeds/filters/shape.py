"""Filters on a snippet's size and on the shape of a function.

Source: that functions need arguments and a return value is SelfCodeAlign's rule (arXiv 2410.24198, section 3.1).
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from aiev.seeds import scope
from aiev.seeds.filters.facts import FUNCTION, foreign_function, python_facts, python_tree
from aiev.seeds.languages import PYTHON
from aiev.seeds.verdicts import Drop

if TYPE_CHECKING:
    from aiev.seeds.extract import Snippet

_NO_RETURN, _NO_ARGUMENTS, _PARSE_ERROR = Drop("no_return_value"), Drop("no_arguments"), Drop("parse_error")
_TRIPLE = ('"""', "'''")
_RETURN_LINE = re.compile(r"^[ \t]+return[ \t]*[^\s#;]", re.MULTILINE)


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
    found = python_facts(snippet) if snippet.language == PYTHON else foreign_function(snippet)
    return _PARSE_ERROR if found is None else None


def returns_value(snippet: Snippet) -> Drop | None:
    """Drop functions without a result; a generator's yield counts as one."""
    if foreign := foreign_function(snippet):
        return None if scope.gives_result(foreign, snippet.language) else _NO_RETURN
    if snippet.language != PYTHON or snippet.kind != FUNCTION:
        return None
    told = _told_by_text(snippet.content)
    if told is None:
        tree = python_tree(snippet)
        told = tree is None or any(map(_is_result, ast.walk(tree)))
    return None if told else _NO_RETURN


def _told_by_text(content: str) -> bool | None:
    """Whether a Python function gives a result, where its text leaves no doubt."""
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
    """Drop functions that take nothing."""
    if foreign := foreign_function(snippet):
        return None if scope.takes_arguments(foreign, snippet.language) else _NO_ARGUMENTS
    facts = python_facts(snippet)
    return _NO_ARGUMENTS if facts and not facts.takes_arguments else None
