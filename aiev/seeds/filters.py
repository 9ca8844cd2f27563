"""Filters: each looks at one snippet and returns None to keep it, or the reason to drop it.

Invariant: a filter has no memory and no side effects; the reasons are counted by whoever applies it.

Source: the rules on functions follow SelfCodeAlign (arXiv 2410.24198, section 3.1): a return value and arguments are
needed; imports of the outside world are not wanted.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiev.seeds import scope
from aiev.seeds.known_names import KNOWN, REACHING
from aiev.seeds.languages import PYTHON

if TYPE_CHECKING:
    from tree_sitter import Node

    from aiev.seeds.extract import Snippet

Filter = Callable[["Snippet"], str | None]
MIN_LINES, MAX_LINES, MAX_CHARS = 3, 60, 4000
_OUTSIDE = {
    "asyncio",
    "ctypes",
    "multiprocessing",
    "os",
    "pathlib",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "subprocess",
}
_OUTSIDE |= {
    "sys",
    "tempfile",
    "threading",
    "time",
    "tkinter",
    "urllib",
    "winreg",
    "_winapi",
    "builtins",
    "gc",
}
_OUTSIDE_CALLS = {"open", "input", "exec", "eval", "__import__", "breakpoint"}
_BUILTINS = set(dir(builtins))


def size(snippet: Snippet) -> str | None:
    """Drop what is too short to say anything or too long for a prompt."""
    lines = len(snippet.content.splitlines())
    if snippet.kind == "function" and not MIN_LINES <= lines <= MAX_LINES:
        return "size"
    return "size" if len(snippet.content) > MAX_CHARS else None


def parses(snippet: Snippet) -> str | None:
    """Drop functions that this Python, or their own language's grammar, cannot parse."""
    if snippet.language != PYTHON:
        return None if snippet.kind != "function" or _foreign(snippet) is not None else "parse error"
    return None if snippet.kind != "function" or _tree(snippet) is not None else "parse error"


def returns_value(snippet: Snippet) -> str | None:
    """Drop functions without a result; a generator's yield counts as one."""
    if foreign := _foreign(snippet):
        return None if scope.gives_result(foreign, snippet.language) else "no return value"
    tree = _tree(snippet)
    if snippet.kind != "function" or tree is None:
        return None
    for node in ast.walk(tree):
        if (isinstance(node, ast.Return | ast.Yield) and node.value is not None) or isinstance(node, ast.YieldFrom):
            return None
    return "no return value"


def has_arguments(snippet: Snippet) -> str | None:
    """Drop functions that take nothing."""
    if foreign := _foreign(snippet):
        return None if scope.takes_arguments(foreign, snippet.language) else "no arguments"
    function = _function(snippet)
    if function is None:
        return None
    arguments = function.args
    taken = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return None if taken or arguments.vararg or arguments.kwarg else "no arguments"


def self_contained(snippet: Snippet) -> str | None:
    """Drop functions that need their module's own names, or reach outside of the process."""
    if foreign := _foreign(snippet):
        return _needs(foreign, snippet.language)
    tree = _tree(snippet)
    if snippet.kind != "function" or tree is None:
        return None
    loaded, bound = _names(tree)
    free = loaded - bound - _BUILTINS
    if (free | _imported(tree)) & _OUTSIDE or loaded & _OUTSIDE_CALLS:
        return "reaches outside"
    return None if free <= sys.stdlib_module_names else "not self-contained"


def _needs(function: Node, language: str) -> str | None:
    names = scope.free_names(function, language)
    if (names | scope.qualified_names(function)) & REACHING[language]:
        return "reaches outside"
    return "not self-contained" if names - KNOWN[language] or scope.belongs_to_object(function) else None


def _names(tree: ast.AST) -> tuple[set[str], set[str]]:
    """Names that are read, and names that are bound anywhere inside."""
    loaded, bound = set[str](), set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                loaded.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=asname):
                bound.add(asname or name.partition(".")[0])
    return loaded, bound


def _imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


def _function(snippet: Snippet) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    tree = _tree(snippet)
    first = tree.body[0] if tree and tree.body else None
    return first if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _foreign(snippet: Snippet) -> Node | None:
    """The function of a snippet in another language than Python; None when it is Python, no function or broken."""
    if snippet.kind != "function" or snippet.language == PYTHON:
        return None
    root = scope.root_of(snippet.content, snippet.language)
    return scope.function_in(root) if root is not None else None


def _tree(snippet: Snippet) -> ast.Module | None:
    if snippet.language != PYTHON:
        return None
    try:
        return ast.parse(snippet.content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last for brackets nested too deep
        return None


BASIC: tuple[Filter, ...] = (size, parses, returns_value, has_arguments)
