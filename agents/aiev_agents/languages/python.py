"""Python: plain asserts, with the program's names in scope."""

from __future__ import annotations

import ast
import re

from aiev_agents.languages.language import Language
from aiev_agents.languages.python_grammar import FORM, strict_program, strict_question
from aiev_agents.lines import lines_of

_TEST_MARK = re.compile(
    r"^\s*(assert\b|def test|async def test|import unittest|import pytest|class \w+\(.*TestCase)|self\.assert",
    re.MULTILINE,
)


def split_source(source: str) -> tuple[str, str]:
    """Take one source apart into solution and tests at its top-level statements.

    A source that does not parse is returned whole as the solution, so that the interpreter reports its error.
    """
    tree = _parsed(source)
    if tree is None:
        return source, ""
    lines = lines_of(source)
    parts: dict[bool, list[str]] = {False: [], True: []}
    end = 0
    for node in tree.body:
        stop = node.end_lineno or node.lineno
        parts[_is_test(node)].append("".join(lines[end:stop]))
        end = stop
    return "".join(parts[False]).strip("\n"), "".join(parts[True]).strip("\n")


def parses(source: str) -> bool:
    """Whether a text is Python source."""
    return _parsed(source) is not None


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last for brackets nested too deep
        return None


def _is_test(node: ast.stmt) -> bool:
    """Whether a top-level statement belongs to the tests."""
    match node:
        case ast.Assert():
            return True
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name.startswith("test")
        case ast.ClassDef(bases=bases):
            return any("TestCase" in ast.unparse(base) for base in bases)
        case ast.Import(names=names):
            return all(name.name in {"unittest", "pytest"} for name in names)
        case ast.ImportFrom(module=module):
            return module in {"unittest", "pytest"}
        case ast.If(test=test):
            return "__main__" in ast.unparse(test)
        case ast.Expr(value=ast.Call()) | ast.For() | ast.With():
            return bool(_TEST_MARK.search(ast.unparse(node))) or "test" in ast.unparse(node)[:20]
        case _:
            return False


LANGUAGE = Language(
    name="python",
    title="Python",
    fence="python",
    aliases=frozenset({"python", "py", "python3"}),
    comment="#",
    split=split_source,
    assertions="plain assert statements",
    installer="pip install",
    test_mark=_TEST_MARK,
    form_grammar=FORM,
    strict_question=strict_question(),
    strict_program=strict_program,
)
