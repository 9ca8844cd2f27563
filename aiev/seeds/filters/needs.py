"""Filters on what a function needs from outside: its module's names, the process's surroundings, unwanted packages.

Source: the list of unwanted imports is SelfCodeAlign's, as in `seed_gathering/filter_dataset.py` of
bigcode-project/starcoder2-self-align; it is the default of `filters.bad_imports`.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from aiev.seeds import scope
from aiev.seeds.filters.facts import FUNCTION, foreign_function, python_tree
from aiev.seeds.known_names import KNOWN, REACHING
from aiev.seeds.languages import PYTHON
from aiev.seeds.verdicts import Drop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tree_sitter import Node

    from aiev.seeds.extract import Snippet

_OUTSIDE = frozenset(
    {
        *("asyncio", "ctypes", "multiprocessing", "os", "pathlib", "shutil", "signal", "socket", "ssl", "subprocess"),
        *("sys", "tempfile", "threading", "time", "tkinter", "urllib", "winreg", "_winapi", "builtins", "gc"),
    }
)
_OUTSIDE_CALLS = frozenset({"open", "input", "exec", "eval", "__import__", "breakpoint"})
_BUILTINS = frozenset(dir(builtins))


def self_contained(snippet: Snippet) -> Drop | None:
    """Drop functions that need their module's own names, or reach outside of the process."""
    if foreign := foreign_function(snippet):
        return _needs(foreign, snippet.language)
    tree = python_tree(snippet)
    if tree is None:
        return None
    loaded, bound, imported = _names(tree)
    free = loaded - bound - _BUILTINS
    if outside := ((free | imported) & _OUTSIDE) | (loaded & _OUTSIDE_CALLS):
        return Drop("reaches_outside", _listed(outside))
    missing = free - sys.stdlib_module_names
    return Drop("not_self_contained", _listed(missing)) if missing else None


def _needs(function: Node, language: str) -> Drop | None:
    names = scope.free_names(function, language)
    if outside := (names | scope.qualified_names(function)) & REACHING[language]:
        return Drop("reaches_outside", _listed(outside))
    if missing := names - KNOWN[language]:
        return Drop("not_self_contained", _listed(missing))
    return Drop("not_self_contained", "its object") if scope.belongs_to_object(function) else None


def bad_imports(modules: Sequence[str]) -> Callable[[Snippet], Drop | None]:
    """A filter that drops what imports one of these modules, or in Python names one that it does not bind itself."""
    listed = frozenset(modules)
    words = "|".join(re.escape(module) for module in sorted(listed))
    statement = re.compile(rf"^[ \t]*(?:import|from)[ \t]+(?:[\w., \t]*,[ \t]*)?({words})\b", re.MULTILINE)
    mention = re.compile(rf"\b(?:{words})\b")

    def check(snippet: Snippet) -> Drop | None:
        if not listed or snippet.language != PYTHON or not mention.search(snippet.content):
            return None
        tree = python_tree(snippet)
        if tree is None:
            found = {match[1] for match in statement.finditer(snippet.content)} if snippet.kind != FUNCTION else set()
        else:
            loaded, bound, imported = _names(tree)
            found = ((loaded - bound) | imported) & listed
        return Drop("bad_import", _listed(found)) if found else None

    return check


@lru_cache(maxsize=64)
def _names(tree: ast.AST) -> tuple[set[str], set[str], set[str]]:
    """Names that are read, names that are bound anywhere inside, and modules that are imported."""
    loaded, bound, imported = set[str](), set[str](), set[str]()
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            (loaded if type(node.ctx) is ast.Load else bound).add(node.id)  # type: ignore[attr-defined]
            continue
        if kind is ast.Constant:
            continue
        if kind in _BINDING:
            _bind(node, bound, imported)
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                stack += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                stack.append(value)
    return loaded, bound, imported


_BINDING = frozenset(
    {
        *(ast.arg, ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom),
        *(ast.MatchAs, ast.MatchStar, ast.MatchMapping),
    }
)


def _bind(node: ast.AST, bound: set[str], imported: set[str]) -> None:
    match node:
        case ast.arg(arg=name) | ast.MatchMapping(rest=str(name)):
            bound.add(name)
        case ast.Import(names=aliases):
            imported.update(alias.name.partition(".")[0] for alias in aliases)
            bound.update(alias.asname or alias.name.partition(".")[0] for alias in aliases)
        case ast.ImportFrom(module=module, names=aliases):
            imported.add((module or "").partition(".")[0])
            bound.update(alias.asname or alias.name for alias in aliases)
        case _:
            if isinstance(own := getattr(node, "name", None), str):
                bound.add(own)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:5])
