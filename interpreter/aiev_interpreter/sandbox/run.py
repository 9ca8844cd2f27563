"""One run of a program and its tests in this process.

The program is loaded as module `solution`, which is `__main__` to whoever asks; the tests run with its names in scope
(`namespace.py`). Invariant: a run has completed only if the tests ran to their end and none failed. Not covered: what
is repeated against changed programs (`twin.py`).
"""

from __future__ import annotations

import ast
import linecache
import os
import sys
import traceback
import types
from io import StringIO
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox import integrity, rewrite, running, values
from aiev_interpreter.sandbox.counting import Counter, count_doctest, count_pytest
from aiev_interpreter.sandbox.namespace import Names
from aiev_interpreter.sandbox.under_pytest import run_pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev_interpreter.sandbox.integrity import Pristine

SOLUTION, TESTS = "solution.py", "tests.py"


class Run:
    """A program, and its tests as text.

    Args:
        folder: the folder of the program.
        tests: the tests' source.
        counter: counts their assertions.
        pristine: what the tests rely on.
    """

    def __init__(self, folder: str, tests: str, counter: Counter, pristine: Pristine) -> None:
        self.folder, self.tests, self.counter, self.pristine = folder, tests, counter, pristine
        self.path = counter.tests_file = os.path.join(folder, TESTS)
        self.solution = types.ModuleType("solution")
        self.source = ""
        self.tree = ast.Module([], [])
        """The tests as they were parsed; what is rewritten is parsed anew."""
        self.by_pytest = False

    def counted(self) -> tuple[int, dict[str, Any]]:
        """Load the program and run the tests: exit code and report."""
        code, error = self.attempt(self._whole)
        counter = self.counter
        return code, {
            "assertions": counter.count,
            "completed": code == 0,
            "error": error,
            "sites": counter.sites(),
        }

    def _whole(self) -> int:
        self.load()
        return self.run_tests() or self._found_fault()

    def attempt(self, part: Callable[[], int]) -> tuple[int, str]:
        """Carry out a part of the run that returns an exit code: that code, and the name of the error that ended it."""
        try:
            code = part()
        except SystemExit as error:
            sys.stderr.write(f"The program called sys.exit({error.code!r}) before the tests were through.\n")
            return 1, "SystemExit"
        except BaseException as error:  # noqa: BLE001 - hostile code can raise anything
            if not self.counter.lenient:  # their output is discarded
                self.show(error)
            return 1, type(error).__name__
        return code, "AssertionError" if code and self.counter.hidden else ""

    def load(self) -> None:
        """Execute the program as module `solution`, and prepare for its tests."""
        path = os.path.join(self.folder, SOLUTION)
        module = self.solution
        module.__file__ = path
        sys.modules["solution"] = module
        with open(path, encoding="utf-8-sig", newline="") as file:
            source = self.source = file.read()
        linecache.cache[path] = (len(source), None, _lines(source), path)
        exec(compile(source, path, "exec", dont_inherit=True), vars(module))
        sys.modules["__main__"] = module
        self.pristine.restore()
        self._prepare()

    def judged(self, tests: str) -> int:
        """Run other tests against the loaded program; returns the exit code."""
        self.tests = tests
        self._prepare()
        return self.run_tests() or self._found_fault()

    def _prepare(self) -> None:
        """Parse the tests, and make what they import count."""
        self.tree = ast.parse(self.tests, self.path)
        self.by_pytest = rewrite.needs_pytest(self.tree) and rewrite.importable("pytest")
        if self.by_pytest or ("pytest" in rewrite.imported(self.tree) and rewrite.importable("pytest")):
            count_pytest(self.counter)
        if "doctest" in self.tests:
            count_doctest(self.counter)

    def run_tests(self) -> int:
        """Execute the tests, then run the test functions and classes not run yet; returns the exit code."""
        mentioned = rewrite.mentioned(self.tree)
        tree = self.instrumented(ast.parse(self.tests, self.path))
        module = types.ModuleType("__main__")
        own = vars(module)
        names = Names(vars(self.solution), self.pristine.builtins, self._given(own, mentioned))
        names.own = own
        names[rewrite.NAMES] = names
        own.update(__file__=self.path, __builtins__=names)
        if tests_doc := ast.get_docstring(tree, clean=False):
            self.solution.__doc__ = f"{self.solution.__doc__ or ''}\n\n{tests_doc}"
        self.executed(tree, own)
        if self.by_pytest:
            return run_pytest(self.path, module, self.counter, self.show)
        for node in tree.body:
            for part in node.body if isinstance(node, ast.Try) and self.counter.lenient else [node]:
                if isinstance(part, rewrite.DEFINITIONS) and part.name.startswith("test"):
                    self._run_function(module, part.name)
        classes = [
            name for name, value in list(own.items()) if isinstance(value, type) and value.__module__ == "__main__"
        ]
        return running.run_classes(module, classes, self.counter.entered)

    def instrumented(self, tree: ast.Module) -> ast.Module:
        """The tests' tree, rewritten for this run."""
        tree = rewrite.Instrument(self.solution).visit(tree)
        if self.counter.lenient:
            tree = rewrite.Lenient().visit(tree)
        return ast.fix_missing_locations(tree)

    def executed(self, tree: ast.Module, own: dict[str, Any]) -> None:
        """Execute the tests' module. An exit of the tests with code 0 is their end.

        Raises:
            SystemExit: the program exits, or the tests do with another code.
        """
        try:
            exec(compile(tree, self.path, "exec", dont_inherit=True), own)
        except SystemExit as error:
            if running.raised_by_solution(error) or error.code not in {None, 0}:
                raise

    def _given(self, own: dict[str, Any], mentioned: set[str]) -> dict[str, Any]:
        """What the harness gives to the tests: the counter, and `len`, which the program cannot deceive."""
        named = Named(own, vars(self.solution), mentioned)
        self.counter.named = named  # type: ignore[assignment]

        def length(value: Any, /) -> int:
            """Return the number of items in a container."""
            return values.true_length(value, named)

        return {rewrite.COUNTER: self.counter} | ({"len": length} if "len" not in vars(self.solution) else {})

    def _run_function(self, module: types.ModuleType, name: str) -> None:
        try:
            running.run_function(module, name, self.counter)
        except BaseException as error:
            if not self.counter.lenient:
                raise
            self.counter.swallow(error)

    def _found_fault(self) -> int:
        """Look at what a run that passed has hidden; returns the exit code."""
        used = rewrite.imported(self.tree) - {"solution", "__main__"}
        modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in used]
        changed = self.pristine.changed() or integrity.replaced(modules, self.solution)
        if changed:
            sys.stderr.write(f"The program has replaced {changed}, which the tests use.\n")
            return 1
        if self.counter.hidden:
            sys.stderr.write(f"AssertionError, which the tests caught: {self.counter.hidden}\n")
            return 1
        return 0

    def show(self, error: BaseException) -> None:
        """Write a traceback to standard error with only the frames of the program and the tests."""
        linecache.cache[self.path] = (len(self.tests), None, _lines(self.tests), self.path)
        try:
            sys.stderr.write(running.trimmed(traceback.TracebackException.from_exception(error), self.folder))
        except Exception:  # noqa: BLE001 - an error whose __str__ fails still has a name
            sys.stderr.write(f"{type(error).__name__}\n")
        finally:
            del linecache.cache[self.path]


class Named:
    """The classes that the tests name, and `mock.ANY` if they name it; looked up when they are needed."""

    def __init__(self, own: dict[str, Any], program: dict[str, Any], mentioned: set[str]) -> None:
        self.own, self.program, self.mentioned = own, program, mentioned

    def __contains__(self, value: Any) -> bool:
        """Whether the tests name this very object, or define it."""
        if isinstance(value, type) and self.own.get(value.__name__) is value:
            return True
        names = (name for name in self.mentioned if name in self.own or name in self.program)
        found = any(self.own.get(name, self.program.get(name)) is value for name in names)
        return found or (not isinstance(value, type) and "ANY" in self.mentioned)


def _lines(source: str) -> list[str]:
    """Lines with their ends, as Python counts them."""
    return StringIO(source, newline="").readlines()
