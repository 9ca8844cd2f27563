"""Python: plain asserts, with the program's names in scope."""

from __future__ import annotations

import ast
import re

from aiev_agents.languages.language import Language
from aiev_agents.languages.python_grammar import FORM, SUITE, strict_program, strict_question
from aiev_agents.lines import lines_of

_TEST_MARK = re.compile(
    r"^\s*(assert\b|def test|async def test|import unittest|import pytest|class \w+\(.*TestCase)|self\.assert",
    re.MULTILINE,
)
_CHECKS = re.compile(r"\.(?:assert\w+|fail|raises|approx)$|^assert\w*$|^raises$")
"""What a call that checks something is called."""


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
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return node.name.startswith("test") and not _is_solution(node)
        case ast.ClassDef(bases=bases):
            return any("TestCase" in ast.unparse(base) for base in bases) or _is_test_class(node)
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


def _is_solution(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function called `test...` is what a problem asks for: it takes or gives a value and checks nothing."""
    inner = list(ast.walk(function))
    gives = any(isinstance(one, ast.Return) and one.value is not None for one in inner)
    takes = bool(function.args.args or function.args.vararg or function.args.posonlyargs)
    checks = any(_is_check(one) for one in inner) or bool(function.decorator_list)
    return (takes and gives) or ((takes or gives) and not checks)


def _is_check(node: ast.AST) -> bool:
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return isinstance(node, ast.Assert) or bool(_CHECKS.search(called))


def _is_test_class(node: ast.ClassDef) -> bool:
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return node.name.startswith("Test") and any(one.name.startswith("test_") for one in methods)


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
    suite_grammar=SUITE,
    strict_question=strict_question(),
    strict_program=strict_program,
)
