"""Runs one program with its tests inside the sandbox, and reports how many assertions held.

The harness is created in the supervisor and called in a fork of a fork server, with the work folder, the descriptor of
the report pipe, and the descriptor of the token that marks its report. The program is loaded as module `solution`. The
tests run as `__main__` with the program's names in scope. Invariant: the report says "completed" only if the tests ran
to their end and none failed. Not covered: a program that extracts the token from this process, see the threat model in
`interpreter/README.md`.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import json
import linecache
import os
import sys
import threading
import traceback
import types
from typing import TYPE_CHECKING

from aiev_interpreter.sandbox import integrity, rewrite, running
from aiev_interpreter.sandbox.counting import Counter, count_pytest, count_unittest

if TYPE_CHECKING:
    from typing import NoReturn

SOLUTION, TESTS = "solution.py", "tests.py"
_exit = os._exit


class Harness:
    """Prepared before the program is loaded: counting unittest methods, and a copy of what tests rely on."""

    def __init__(self) -> None:
        self.counter = Counter()
        count_unittest(self.counter)
        self.pristine = integrity.Pristine()
        integrity.hide_harness()

    def serve(self, folder: str, report: int, token_end: int) -> NoReturn:
        """Run program and tests, report, and exit with their exit code. Call it once in a process.

        Args:
            folder: the folder of `solution.py` and `tests.py`.
            report: descriptor to which the report is written as one line.
            token_end: descriptor from which the token and the mode, `count` or `sabotage`, are read.
        """
        write, dumps = os.write, json.dumps  # before the program can change them
        token, _, mode = os.read(token_end, 64).decode().partition(" ")
        os.close(token_end)
        self.counter.sabotage = mode.strip() == "sabotage"
        sys.argv[:] = [os.path.join(folder, SOLUTION)]
        sys.path.append(folder)
        sys.setrecursionlimit(sys.getrecursionlimit() + stack_depth())
        process = os.getpid()
        code, error = self.run(folder)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        if os.getpid() == process:
            record = {"assertions": self.counter.count, "completed": code == 0, "error": error}
            write(report, f"{token} {dumps(record)}\n".encode())
            os.close(report)
            end_threads()
        _exit(code)

    def run(self, folder: str) -> tuple[int, str]:
        """Run program and tests; returns the exit code and the name of the error that ended them."""
        try:
            tests = read(os.path.join(folder, TESTS))
            solution = load_solution(folder)
            self.pristine.restore()
            code = run_tests(folder, tests, solution, self.counter)
            if self.counter.hidden and not code:
                sys.stderr.write(f"AssertionError, which the tests caught: {self.counter.hidden}\n")
                return 1, "AssertionError"
            return code, ""  # noqa: TRY300 - the calls above raise, not this line
        except SystemExit as error:
            sys.stderr.write(f"The program called sys.exit({error.code!r}) before the tests were through.\n")
            return 1, "SystemExit"
        except BaseException as error:  # noqa: BLE001 - hostile code can raise anything
            if not self.counter.sabotage:  # the output of a sabotaged run is discarded
                show(error, folder)
            return 1, type(error).__name__


def end_threads() -> None:
    """Join threads and run exit hooks as Python does at its end, but without tearing down modules."""
    for end in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]  # noqa: SLF001 - no public name
        with contextlib.suppress(Exception):
            end()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def stack_depth() -> int:
    """Number of frames below the program's, which must not count against its recursion limit."""
    depth, frame = 0, sys._getframe()  # noqa: SLF001 - the only way to a frame
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


def prepare_path(packages: str) -> None:
    """Insert installed packages after the standard library and before the packages of the image."""
    if packages:
        sites = [place for place, entry in enumerate(sys.path) if entry.endswith(("site-packages", "dist-packages"))]
        sys.path.insert(sites[0] if sites else len(sys.path), packages)


def load_solution(folder: str) -> types.ModuleType:
    """Execute the program as module `solution`."""
    path = os.path.join(folder, SOLUTION)
    module = types.ModuleType("solution")
    module.__file__ = path
    sys.modules["solution"] = module
    exec(compile(read(path), path, "exec", dont_inherit=True), module.__dict__)
    return module


def run_tests(folder: str, tests: str, solution: types.ModuleType, counter: Counter) -> int:
    """Execute the tests as `__main__`, then run the test functions and classes not run yet; returns the exit code."""
    path = os.path.join(folder, TESTS)
    tree = ast.parse(tests, path)
    by_pytest = rewrite.needs_pytest(tree)
    if rewrite.imports(tree, "pytest") and rewrite.importable("pytest"):
        count_pytest(counter)
    tree = ast.fix_missing_locations(rewrite.Instrument(solution).visit(tree))
    main_module = types.ModuleType("__main__")
    names = {name: value for name, value in vars(solution).items() if not name.startswith("__")}
    main_module.__dict__.update(names, __file__=path, **{rewrite.COUNTER: counter})
    sys.modules["__main__"] = main_module
    exec(compile(tree, path, "exec", dont_inherit=True), main_module.__dict__)
    if by_pytest:
        return running.run_pytest(path, main_module, lambda error: show(error, folder))
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            running.run_function(main_module, node.name, counter)
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return running.run_classes(main_module, classes)


def read(path: str) -> str:
    """The text of a source file, which is also cached for tracebacks."""
    with open(path, encoding="utf-8", newline="") as file:
        source = file.read()
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    return source


def show(error: BaseException, folder: str) -> None:
    """Write a traceback to standard error with only the frames of the program and the tests."""
    try:
        sys.stderr.write(running.trimmed(traceback.TracebackException.from_exception(error), folder))
    except Exception:  # noqa: BLE001 - an error whose __str__ fails still has a name
        sys.stderr.write(f"{type(error).__name__}\n")
