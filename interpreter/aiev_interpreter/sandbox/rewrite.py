"""Rewrites the tests' syntax tree, so their assertions are counted and explained.

An assertion is an `assert`, an `if` that ends the tests, a `try` that expects an error, or a call of an assertion
function. Invariants: each sub-expression is evaluated exactly once and in its original order; lines keep their numbers.
Not covered: assertions of the program itself, which are left unchanged.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.values import COMPARISONS

if TYPE_CHECKING:
    import types

COUNTER, NAMES = "__aiev__", "__aiev_names__"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_RUNNERS = {"unittest.main", "pytest.main"}
_EXITS = {"sys.exit", "exit", "quit", "SystemExit", "os._exit"}
_FAILS = re.compile(r"(?:^|\.)fail(?:Test)?$")
_FUNCTIONS = ast.Lambda, *DEFINITIONS


class Instrument(ast.NodeTransformer):
    """Counts assertions, drops calls of test runners, and replaces imports of unknown modules by the solution."""

    def __init__(self, solution: types.ModuleType) -> None:
        self.solution = solution
        self.runners = set(_RUNNERS)
        self.plain = True
        """Whether every assertion compares with a literal for equality, which no two constants can satisfy."""
        self._asserting = False

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Rewrite the module, make its tests note that they run, and share what it defines with the program."""
        self.generic_visit(node)
        body: list[ast.stmt] = []
        for part in node.body:
            body += [part, *self._sharing(part)]
            if isinstance(part, DEFINITIONS) and part.name.startswith("test"):
                start = 1 if ast.get_docstring(part) is not None and len(part.body) > 1 else 0
                part.body.insert(start, located(statement("enter", ast.Constant(part.name)), part.body[0]))
        node.body = body
        return node

    def visit_Assert(self, node: ast.Assert) -> Any:
        """`assert a == b, m` becomes `if compare("Eq", a, b): held() else: raise failure("a == b", m)`."""
        text, line = ast.unparse(node.test), ast.Constant(node.lineno)
        self.plain = self.plain and is_plain(node.test)
        self._asserting = True
        test = checked(node.test, self.visit)
        self._asserting = False
        message = [self.visit(node.msg)] if node.msg else []
        failure = ast.Raise(call("failure", line, ast.Constant(text), *message), ast.Constant(None))
        held = statement("held", line, ast.Constant(f"assert {text}"))
        return located(ast.If(test, [held], [failure]), node)

    def visit_Compare(self, node: ast.Compare) -> Any:
        """A comparison within an assertion is looked at by the counter."""
        self.generic_visit(node)
        name = type(node.ops[0]).__name__
        if self._asserting and len(node.ops) == 1 and name not in {"Is", "IsNot"}:
            return located(call("compared", ast.Constant(name), node.left, node.comparators[0]), node)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        """A comparison within a function is no part of the assertion."""
        asserting, self._asserting = self._asserting, False
        self.generic_visit(node)
        self._asserting = asserting
        return node

    def visit_If(self, node: ast.If) -> Any:
        """An `if` of which one branch only fails is an assertion."""
        fails_if = True if fails(node.body) else False if fails(node.orelse) else None
        if fails_if is None:
            return self.generic_visit(node)
        self.plain = False
        source = ast.Constant(
            f"if {ast.unparse(node.test)}: fail" if fails_if else f"if not {ast.unparse(node.test)}: fail"
        )
        self.generic_visit(node)
        guard = call("guard", ast.Constant(node.lineno), source, node.test)
        guard.keywords = [ast.keyword("fails_if", ast.Constant(fails_if))]
        node.test = located(guard, node.test)
        return node

    def visit_Try(self, node: ast.Try) -> Any:
        """A `try` whose way without an error fails expects the error: each of its handlers is an assertion."""
        in_body, in_else = fails(node.body[-1:]), fails(node.orelse)
        self.generic_visit(node)
        if in_body or in_else:
            self.plain = False
            for handler in node.handlers:
                if in_else or not _catches_assertions(handler):
                    source = ast.Constant(f"except {ast.unparse(handler.type) if handler.type else ''}".strip())
                    held = statement("held", ast.Constant(handler.lineno), source)
                    handler.body.insert(0, located(held, handler.body[0]))
        return node

    def visit_Expr(self, node: ast.Expr) -> Any:
        """Drop calls of test runners, alone or in `sys.exit(...)`, and count assertion functions of libraries."""
        if not isinstance(node.value, ast.Call):
            return self.generic_visit(node)
        function = ast.unparse(node.value.func)
        if self._runs(node.value, function):
            return located(ast.Pass(), node)
        if "assert" in function.lower():
            self.plain = self.plain and _is_plain_call(node.value, function)
        else:
            self.plain = self.plain and function == "print"
        self.generic_visit(node)
        if not isinstance(node.value.func, ast.Name) or node.value.func.id not in {"print", "super", "globals"}:
            node.value.func = located(call("library", node.value.func), node)
        return node

    def visit_Raise(self, node: ast.Raise) -> Any:
        """Drop `raise SystemExit(pytest.main())`."""
        if isinstance(node.exc, ast.Call) and self._runs(node.exc, ast.unparse(node.exc.func)):
            return located(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_With(self, node: ast.With) -> Any:
        """A context may expect something, so constants have to be tried."""
        self.plain = False
        return self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        """`from unknown import name` becomes `from solution import name` if the solution has all the names."""
        if node.module in {"unittest", "pytest"}:
            self.runners |= {alias.asname or alias.name for alias in node.names if alias.name == "main"}
        if not node.level and importable(node.module):
            return node
        missing = [alias for alias in node.names if alias.name != "*" and not hasattr(self.solution, alias.name)]
        if not missing:
            node.module, node.level = self.solution.__name__, 0
            return node
        if len(missing) == len(node.names) == 1 and (node.level or missing[0].name == self.solution.__name__):
            alias = ast.alias(self.solution.__name__, missing[0].asname or missing[0].name)
            return located(ast.Import([alias]), node)
        return node

    def visit_Import(self, node: ast.Import) -> Any:
        """`import unknown` becomes `import solution as unknown`; `import a.b` makes `a.b` the solution."""
        statements: list[ast.stmt] = []
        for alias in node.names:
            if importable(alias.name):
                continue
            if "." in alias.name and not alias.asname:
                statements.append(names("package", ast.Constant(alias.name)))
            else:
                alias.asname, alias.name = alias.asname or alias.name, self.solution.__name__
        return [*(located(one, node) for one in statements), node]

    def _runs(self, node: ast.Call, function: str) -> bool:
        inner = {ast.unparse(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
        return function in self.runners or (function in _EXITS and bool(inner & self.runners))

    def _sharing(self, node: ast.stmt) -> list[ast.stmt]:
        """Publish definitions in the program's module, and bind there the names of the program that are bound anew."""
        if isinstance(node, (*DEFINITIONS, ast.ClassDef)):
            return [located(names("publish", ast.Constant(node.name)), node)]
        bound = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        shared = sorted(name for name in bound if name in vars(self.solution))
        return [located(names("share", *map(ast.Constant, shared)), node)] if shared else []


class Lenient(ast.NodeTransformer):
    """Lets tests go on after a statement that fails, so that each assertion is tried against a changed program."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Wrap the statements of the module and of its tests."""
        node.body = self._wrapped(node.body)
        return node

    def _wrapped(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [self._wrap(one) for one in body]

    def _wrap(self, node: ast.stmt) -> ast.stmt:
        self._descend(node)
        if isinstance(node, (ast.Return, ast.Pass, ast.Global, ast.Nonlocal, ast.Break, ast.Continue)) or _yields(node):
            return node
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return node
        name = "__aiev_error__"
        swallow = call("swallow", ast.Name(name, ast.Load()))
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            swallow.keywords = [ast.keyword("loop", ast.Constant(value=True))]
        caught: list[ast.stmt] = [ast.Expr(swallow)]
        handler = ast.ExceptHandler(ast.Name("BaseException", ast.Load()), name, caught)
        wrapped: ast.stmt = ast.Try(body=[node], handlers=[handler], orelse=[], finalbody=[])
        located(wrapped, node)
        return ast.fix_missing_locations(wrapped)

    def _descend(self, node: ast.stmt) -> None:
        if isinstance(node, DEFINITIONS):
            asserts = node.name.startswith("test") or any(_is_counted(part) for part in ast.walk(node))
            if asserts and not any(_yields(part) for part in node.body):
                node.body = self._wrapped(node.body)
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                self._descend(part)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If)):
            node.body, node.orelse = self._wrapped(node.body), self._wrapped(node.orelse)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            expects = re.search(r"raises|warns|logs|suppress", ast.unparse(node.items[0].context_expr), re.IGNORECASE)
            node.body = node.body if expects else self._wrapped(node.body)


def checked(test: ast.expr, visit: Any) -> ast.expr:
    """The condition of an assertion, passed to the counter with its values."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        comparison = type(test.ops[0]).__name__
        if comparison in COMPARISONS:
            return call("compare", ast.Constant(comparison), visit(test.left), visit(test.comparators[0]))
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return call("untruth", visit(test.operand))
    plain = isinstance(test, (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple))
    return call("truth", visit(test), ast.Constant(plain))


def fails(body: list[ast.stmt]) -> bool:
    """Whether statements end by failing: a raise, an exit with an error, `assert False` or a call of `fail`."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.Raise):
        return "skip" not in ast.unparse(last).lower()
    if isinstance(last, ast.Assert):
        return isinstance(last.test, ast.Constant) and not last.test.value
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        function, args = ast.unparse(last.value.func), last.value.args
        if function in _EXITS:
            return bool(args) and not (isinstance(args[0], ast.Constant) and args[0].value in {0, None})
        return bool(_FAILS.search(function))
    return False


def is_plain(test: ast.expr) -> bool:
    """Whether a condition is an equality with a literal on one side and a call on the other."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    return _is_literal(test.left) != _is_literal(test.comparators[0])


def _is_plain_call(node: ast.Call, function: str) -> bool:
    """Whether a call is `self.assertEqual` of a literal and something else."""
    equal = function.endswith((".assertEqual", ".assertEquals", ".assertListEqual", ".assertDictEqual"))
    return equal and len(node.args) > 1 and _is_literal(node.args[0]) != _is_literal(node.args[1])


def _is_literal(node: ast.expr) -> bool:
    return all(
        isinstance(
            part, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.USub, ast.UAdd, ast.Load)
        )
        for part in ast.walk(node)
    )


def _catches_assertions(handler: ast.ExceptHandler) -> bool:
    names = ast.unparse(handler.type) if handler.type else "BaseException"
    return bool(re.search(r"\b(?:AssertionError|Exception|BaseException)\b", names))


def _is_counted(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = ast.unparse(node.func)
    if function == f"{COUNTER}.library":
        return "assert" in ast.unparse(node.args[0]).lower()
    return function in {f"{COUNTER}.held", f"{COUNTER}.guard"}


def _yields(node: ast.AST) -> bool:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(one, (*_FUNCTIONS, ast.ClassDef)):
            waiting += ast.iter_child_nodes(one)
    return False


def call(method: str, *args: ast.expr) -> ast.Call:
    """A call of one of the counter's methods."""
    return ast.Call(ast.Attribute(ast.Name(COUNTER, ast.Load()), method, ast.Load()), list(args), [])


def statement(method: str, *args: ast.expr) -> ast.Expr:
    """A call of one of the counter's methods as a statement."""
    return ast.Expr(call(method, *args))


def names(method: str, *args: ast.expr) -> ast.Expr:
    """A call of one of the methods of the tests' `Names` as a statement."""
    return ast.Expr(ast.Call(ast.Attribute(ast.Name(NAMES, ast.Load()), method, ast.Load()), list(args), []))


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


def imported(tree: ast.AST) -> set[str]:
    """The top-level packages that a tree imports."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names} - {""}


def mentioned(tree: ast.AST) -> set[str]:
    """The names and attributes that a tree mentions."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def needs_pytest(tree: ast.Module) -> bool:
    """Whether tests use what only pytest runs: marks, fixtures, parameters without defaults, set-up functions."""
    functions = [node for node in tree.body if isinstance(node, DEFINITIONS)]
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    plain = [node for node in classes if node.name.startswith("Test") and not node.bases]
    methods = [part for node in plain for part in node.body if isinstance(part, DEFINITIONS)]
    if "pytest" in imported(tree):
        decorators = [part for node in (*functions, *classes, *methods) for part in node.decorator_list]
        if any(re.match(r"pytest\.|mark\.|fixture\b|parametrize\b", ast.unparse(part)) for part in decorators):
            return True
    names = {node.name for node in (*functions, *methods)}
    if names & {
        "setup_module",
        "teardown_module",
        "setup_function",
        "teardown_function",
        "setup_class",
        "teardown_class",
    }:
        return True
    return any(_needs_fixture(node, 0) for node in functions) or any(_needs_fixture(node, 1) for node in methods)


def _needs_fixture(node: ast.FunctionDef | ast.AsyncFunctionDef, bound: int) -> bool:
    return node.name.startswith("test") and len(node.args.args) - bound > len(node.args.defaults)
