"""Rewrites the tests' syntax tree, so their assertions are counted and explained.

Invariants: each sub-expression is evaluated exactly once and in its original order; lines keep their numbers. Not
covered: assertions of the program itself, which are left unchanged.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.counting import COMPARISONS

if TYPE_CHECKING:
    import types

COUNTER = "__aiev__"
_RUNNERS = {"unittest.main", "pytest.main"}
_EXITS = {"sys.exit", "exit", "quit", "SystemExit"}
_PYTEST_DECORATORS = ("pytest.", "mark.", "fixture", "parametrize")


class Instrument(ast.NodeTransformer):
    """Counts assertions, drops calls of test runners, and replaces imports of unknown modules by the solution."""

    def __init__(self, solution: types.ModuleType) -> None:
        self.solution = solution
        self.runners = set(_RUNNERS)
        self.own: set[str] = set()

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Rewrite the module, and make each of its test functions note that it runs."""
        definitions = (ast.FunctionDef, ast.AsyncFunctionDef)
        self.own = {part.name for part in ast.walk(node) if isinstance(part, definitions)}
        self.generic_visit(node)
        for part in node.body:
            if isinstance(part, definitions) and part.name.startswith("test"):
                start = 1 if ast.get_docstring(part) is not None and len(part.body) > 1 else 0
                part.body.insert(start, located(ast.Expr(call("enter", ast.Constant(part.name))), part.body[0]))
        return node

    def visit_Assert(self, node: ast.Assert) -> Any:
        """`assert a == b, m` becomes `if compare("Eq", a, b): held() else: raise failure("a == b", m)`."""
        source = ast.Constant(ast.unparse(node.test))
        self.generic_visit(node)
        message = [node.msg] if node.msg else []
        failure = ast.Raise(call("failure", source, *message), ast.Constant(None))
        return located(ast.If(checked(node.test), [ast.Expr(call("held"))], [failure]), node)

    def visit_Expr(self, node: ast.Expr) -> Any:
        """Drop calls of test runners, alone or in `sys.exit(...)`, and count assertion functions of libraries."""
        if not isinstance(node.value, ast.Call):
            return self.generic_visit(node)
        function = ast.unparse(node.value.func)
        inner = {ast.unparse(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
        if function in self.runners or (function in _EXITS and inner & self.runners):
            return located(ast.Pass(), node)
        self.generic_visit(node)
        last = function.rpartition(".")[2]
        if last.startswith("assert_") and last not in self.own:
            return [node, located(ast.Expr(call("held")), node)]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """`from unknown import name` becomes `from solution import name` if the solution has all the names."""
        if node.module in {"unittest", "pytest"}:
            self.runners |= {alias.asname or alias.name for alias in node.names if alias.name == "main"}
        known = all(alias.name == "*" or hasattr(self.solution, alias.name) for alias in node.names)
        if known and (node.level or not importable(node.module)):
            node.module, node.level = self.solution.__name__, 0
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """`import unknown` becomes `import solution as unknown`."""
        for alias in node.names:
            if "." not in alias.name and not importable(alias.name):
                alias.asname, alias.name = alias.asname or alias.name, self.solution.__name__
        return node


def checked(test: ast.expr) -> ast.expr:
    """The condition of an assertion, passed to the counter with its values."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        comparison = type(test.ops[0]).__name__
        if comparison in COMPARISONS:
            return call("compare", ast.Constant(comparison), test.left, test.comparators[0])
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return call("untruth", test.operand)
    return call("truth", test)


def call(method: str, *args: ast.expr) -> ast.Call:
    """A call of one of the counter's methods."""
    return ast.Call(ast.Attribute(ast.Name(COUNTER, ast.Load()), method, ast.Load()), list(args), [])


def located(part: Any, node: ast.AST) -> Any:
    """`part`, with the position of `node` wherever it has none."""
    for inner in ast.walk(part):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):  # noqa: SLF001 - ast's documented field
            ast.copy_location(inner, node)
    return part


def importable(module: str | None) -> bool:
    """Whether a module can be found, without importing it."""
    root = (module or "").partition(".")[0]
    try:
        return root in sys.modules or importlib.util.find_spec(root) is not None
    except (ValueError, ImportError):
        return False


def imports(tree: ast.AST, package: str) -> bool:
    """Whether a tree imports a top-level package."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return package in {name.partition(".")[0] for name in names}


def needs_pytest(tree: ast.Module) -> bool:
    """Whether tests use what only pytest can run: marks, fixtures, or parameters without defaults."""
    if not imports(tree, "pytest"):
        return False
    definitions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    names = [ast.unparse(decorator) for node in definitions for decorator in node.decorator_list]
    names += [
        ast.unparse(decorator)
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
    ]
    if any(name.startswith(_PYTEST_DECORATORS) for name in names):
        return True
    tests = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return any(node.name.startswith("test") and len(node.args.args) > len(node.args.defaults) for node in tests)
