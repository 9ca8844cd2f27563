"""Runs one program with its tests, inside the sandbox, and reports how many assertions were really executed.

Started by `supervisor.py` as `python -I harness.py WORK REPORT_FD`; needs the standard library alone (3.9 or later).
The program is loaded as module `solution`; the tests run as `__main__` with the program's names in scope. Invariant:
a report is sent only when the tests ran to their end. Not covered: a program that sets out to forge the report.
"""

import ast
import asyncio
import importlib.util
import inspect
import json
import os
import sys
import traceback
import types
import unittest

SOLUTION, TESTS = "solution.py", "tests.py"
REPR_CHARS = 200


class Assertions:
    """Counts the assertions that held; instrumented tests call it under the name `__aiev__`."""

    def __init__(self):
        self.count = 0
        self.entered = set()
        self._depth = 0

    def held(self):
        self.count += 1

    def enter(self, name):
        self.entered.add(name)

    def fail(self, source, message, *sides):
        """Raise the AssertionError of a failed assertion, with the values of both sides."""
        text = source
        if sides:
            text += ": left side is %s, right side is %s" % tuple(map(shorten, sides))
        if message is not None:
            text += " (%s)" % (message,)
        raise AssertionError(text)

    def counted(self, method):
        """Wrap a method of TestCase so that its success counts once, however it calls others."""

        def wrapper(*args, **kwargs):
            self._depth += 1
            try:
                result = method(*args, **kwargs)
            finally:
                self._depth -= 1
            if not self._depth:
                self.held()
            return result

        return wrapper

    def counted_exit(self, method):
        """Wrap the `__exit__` of a context that expects an exception."""

        def wrapper(*args, **kwargs):
            result = method(*args, **kwargs)
            if result:
                self.held()
            return result

        return wrapper


def shorten(value):
    """The repr of a value, cut in its middle."""
    text = repr(value)
    half = REPR_CHARS // 2
    return text if len(text) <= REPR_CHARS else "%s … %s" % (text[:half], text[-half:])


class Instrument(ast.NodeTransformer):
    """Rewrites tests: assertions are counted, runners' own calls dropped, unknown modules taken for the solution."""

    def __init__(self, solution):
        self.solution = solution

    def visit_Assert(self, node):
        self.generic_visit(node)
        test, prepare, sides = node.test, [], []
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            prepare = [assign("_aiev_left", test.left), assign("_aiev_right", test.comparators[0])]
            sides = [name("_aiev_left"), name("_aiev_right")]
            test = ast.Compare(sides[0], test.ops, [sides[1]])
        message = node.msg or ast.Constant(None)
        failure = call("fail", ast.Constant(ast.unparse(node.test)), message, *sides)
        check = ast.If(test, [ast.Expr(call("held"))], [ast.Expr(failure)])
        return [located(part, node) for part in [*prepare, check]]

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        if node.name.startswith("test"):
            start = 1 if ast.get_docstring(node) and len(node.body) > 1 else 0
            node.body.insert(start, located(ast.Expr(call("enter", ast.Constant(node.name))), node))
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Expr(self, node):
        """Drop `unittest.main()` and `pytest.main()`, alone or inside `sys.exit(...)`: the harness runs the tests."""
        calls = [ast.unparse(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)]
        if any(function in {"unittest.main", "pytest.main"} for function in calls):
            return located(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_ImportFrom(self, node):
        known = [alias.name == "*" or hasattr(self.solution, alias.name) for alias in node.names]
        if not node.level and all(known) and node.module and not importable(node.module):
            node.module = "solution"
        return node

    def visit_Import(self, node):
        for alias in node.names:
            if "." not in alias.name and not importable(alias.name):
                alias.asname, alias.name = alias.asname or alias.name, "solution"
        return node


def importable(module):
    """Whether a module can be found, without importing it."""
    root = module.partition(".")[0]
    return root in sys.modules or importlib.util.find_spec(root) is not None


def name(identifier):
    return ast.Name(identifier, ast.Load())


def assign(identifier, value):
    return ast.Assign([ast.Name(identifier, ast.Store())], value)


def call(method, *args):
    return ast.Call(ast.Attribute(name("__aiev__"), method, ast.Load()), list(args), [])


def located(part, node):
    for inner in ast.walk(part):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    return ast.fix_missing_locations(ast.copy_location(part, node))


def load_solution(folder):
    """Execute the program as module `solution`."""
    module = types.ModuleType("solution")
    module.__file__ = os.path.join(folder, SOLUTION)
    sys.modules["solution"] = module
    exec(compile(read(folder, SOLUTION), module.__file__, "exec"), module.__dict__)
    return module


def run_tests(folder, solution, assertions):
    """Execute the tests as `__main__`, then whatever in them has not run by itself."""
    source = read(folder, TESTS)
    tree = Instrument(solution).visit(ast.parse(source, os.path.join(folder, TESTS)))
    if "pytest" in imported(tree):
        return run_pytest(folder, source, assertions)
    main = types.ModuleType("__main__")
    main.__dict__.update({key: value for key, value in vars(solution).items() if not key.startswith("__")})
    main.__dict__.update(__aiev__=assertions, __file__=os.path.join(folder, TESTS))
    sys.modules["__main__"] = main
    exec(compile(ast.fix_missing_locations(tree), main.__file__, "exec"), main.__dict__)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            run_function(vars(main)[node.name], node.name, assertions)
    return run_test_cases(main)


def run_function(function, identifier, assertions):
    """Call a test function that nothing has called yet."""
    if identifier in assertions.entered or not callable(function):
        return
    result = function()
    if inspect.iscoroutine(result):
        asyncio.run(result)


def run_test_cases(main):
    """Run the TestCase classes that the tests define; returns the exit code."""
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for value in list(vars(main).values()):
        if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__module__ == "__main__":
            suite.addTests(loader.loadTestsFromTestCase(value))
    if not suite.countTestCases():
        return 0
    return 0 if unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(suite).wasSuccessful() else 1


def run_pytest(folder, source, assertions):
    """Run tests that import pytest under pytest itself; its assertion hook counts."""
    import pytest

    class Count:
        def pytest_assertion_pass(self, item, lineno, orig, expl):
            assertions.held()

    context = type(pytest.raises(ValueError))
    context.__exit__ = assertions.counted_exit(context.__exit__)
    path = os.path.join(folder, "test_tests.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write("from solution import *  # names in scope\n" + source)
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", folder, "-o", "enable_assertion_pass_hook=true"]
    return int(pytest.main([*options, path], plugins=[Count()]))


def imported(tree):
    """Top-level packages that a tree imports."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {module.partition(".")[0] for module in names}


def count_unittest(assertions):
    """Make unittest's own assertion methods count."""
    for identifier in dir(unittest.TestCase):
        expects = identifier.startswith(("assertRaises", "assertWarns", "assertLogs", "assertNoLogs"))
        if identifier.startswith("assert") and not expects:
            setattr(unittest.TestCase, identifier, assertions.counted(getattr(unittest.TestCase, identifier)))
    for context in (unittest.case._AssertRaisesContext, unittest.case._AssertWarnsContext):
        context.__exit__ = assertions.counted_exit(context.__exit__)


def show(error, folder):
    """Print a traceback with the frames of the program and the tests alone."""
    shown, chain = traceback.TracebackException.from_exception(error), []
    part = shown
    while part is not None:
        chain.append(part)
        part = part.__cause__ or part.__context__
    for part in chain:
        part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if frame.filename.startswith(folder)])
    text = "".join(shown.format()).replace(folder + os.sep, "")
    sys.stderr.write(text)


def read(folder, file):
    with open(os.path.join(folder, file), encoding="utf-8") as source:
        return source.read()


def main(folder, report):
    """Run program and tests; returns the exit code."""
    assertions = Assertions()
    count_unittest(assertions)
    code, completed = 1, False
    try:
        code = run_tests(folder, load_solution(folder), assertions)
        completed = True
    except SystemExit as error:
        sys.stderr.write("The program called sys.exit(%r) before the tests were through.\n" % (error.code,))
    except BaseException as error:  # whatever hostile code raises is its own failure
        show(error, folder)
    sys.stdout.flush()
    os.write(report, json.dumps({"assertions": assertions.count, "completed": completed}).encode())
    return code


if __name__ == "__main__":
    sys.path[:0] = ["/packages"]
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
