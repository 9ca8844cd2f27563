"""Filters on what a function depends on: its module's names, the system around the process, unwanted packages.

Source: the list of unwanted imports is SelfCodeAlign's, as in `seed_gathering/filter_dataset.py` of
bigcode-project/starcoder2-self-align; it is the default of `filters.bad_imports`.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from typing import TYPE_CHECKING

from aiev.seeds.filters.filter import Drop
from aiev.seeds.filters.foreign_function import belongs_to_object, foreign_function, free_names, qualified_names
from aiev.seeds.filters.known_names import KNOWN, REACHING
from aiev.seeds.filters.python_function import python_function, python_tree
from aiev.seeds.snippet import FUNCTION
from aiev_agents.languages import PYTHON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tree_sitter import Node

    from aiev.seeds.snippet import Snippet

_OUTSIDE = frozenset(
    {
        *("asyncio", "ctypes", "multiprocessing", "os", "pathlib", "shutil", "signal", "socket", "ssl", "subprocess"),
        *("sys", "tempfile", "threading", "time", "tkinter", "urllib", "winreg", "_winapi", "builtins", "gc"),
    }
)
_OUTSIDE_CALLS = frozenset({"open", "input", "exec", "eval", "__import__", "breakpoint"})
_OUTSIDE_NAMES = _OUTSIDE | _OUTSIDE_CALLS
_IMPORT_STATEMENT = re.compile(r"(?:^|[;:])[ \t\f]*(?:import|from)\b", re.MULTILINE)
"""Without a match nothing is imported; documentation may match too."""
_KNOWN = frozenset(dir(builtins)) | sys.stdlib_module_names


def self_contained(snippet: Snippet) -> Drop | None:
    """Drop functions that use names of their module, or reach outside of the process."""
    if foreign := foreign_function(snippet):
        return _needs(foreign, snippet.language)
    function = python_function(snippet)
    if function is None:
        return None
    outside = function.free & _OUTSIDE_NAMES
    if "import" in snippet.content:
        outside |= _imported(snippet) & _OUTSIDE
    if outside:
        return Drop("reaches_outside", _listed(outside))
    missing = function.free - _KNOWN
    return Drop("not_self_contained", _listed(missing)) if missing else None


def _needs(function: Node, language: str) -> Drop | None:
    names = free_names(function, language)
    if outside := (names | qualified_names(function)) & REACHING[language]:
        return Drop("reaches_outside", _listed(outside))
    if missing := names - KNOWN[language]:
        return Drop("not_self_contained", _listed(missing))
    return Drop("not_self_contained", "its object") if belongs_to_object(function) else None


def bad_imports(modules: Sequence[str]) -> Callable[[Snippet], Drop | None]:
    """A filter that drops what imports one of these modules, or in Python names one that it does not bind itself."""
    listed = frozenset(modules)
    words = "|".join(re.escape(module) for module in sorted(listed))
    statement = re.compile(rf"^[ \t]*(?:import|from)[ \t]+(?:[\w., \t]*,[ \t]*)?({words})\b", re.MULTILINE)
    mention = re.compile(rf"\b(?:{words})\b")

    def check(snippet: Snippet) -> Drop | None:
        if snippet.language != PYTHON or not any(module in snippet.content for module in listed):
            return None
        if not mention.search(snippet.content):
            return None
        function = python_function(snippet)
        if function is not None:
            found = set(function.free | _imported(snippet)) & listed
        elif snippet.kind != FUNCTION:
            found = {match[1] for match in statement.finditer(snippet.content)}
        else:
            return None
        return Drop("bad_import", _listed(found)) if found else None

    return check


def _imported(snippet: Snippet) -> set[str]:
    """Modules that a Python function imports inside of itself."""
    imports = "import" in snippet.content and _IMPORT_STATEMENT.search(snippet.content)
    tree = python_tree(snippet) if imports else None
    names = set[str]()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:5])
