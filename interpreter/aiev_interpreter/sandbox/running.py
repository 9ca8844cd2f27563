"""Runs the test functions and classes that a test module defines but does not run itself.

Invariant: a failure of any of them is an exception or a non-zero exit code. Not covered: what only pytest can run, see
`under_pytest.py`.
"""

from __future__ import annotations

import inspect
import io
import os
import sys
import traceback
import types
import unittest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aiev_interpreter.sandbox.counting import Counter


def run_function(module: types.ModuleType, name: str, counter: Counter) -> None:
    """Call a test function that has not been called yet.

    Raises:
        TypeError: it has parameters without defaults.
    """
    function = vars(module).get(name)
    if name in counter.entered or not isinstance(function, types.FunctionType):
        return
    needed = required(function)
    if needed:
        raise TypeError(f"{name}({', '.join(needed)}) was never called, and nothing gives its parameters")
    invoke(function)


def required(function: Callable[..., Any]) -> list[str]:
    """Names of the parameters without defaults."""
    parameters = inspect.signature(function).parameters.values()
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one.name for one in parameters if one.default is one.empty and one.kind not in variable]


def invoke(function: Callable[[], Any]) -> None:
    """Call a test. A test that skips itself is no failure."""
    try:
        result = function()
        if inspect.iscoroutine(result):
            run_coroutine(result)
    except BaseException as error:
        skips = isinstance(error, unittest.SkipTest) or type(error).__name__ == "Skipped"
        if not skips or raised_by_solution(error):
            raise


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run an async test or call to its end, and return its result."""
    import asyncio

    return asyncio.run(coroutine)


def raised_by_solution(error: BaseException) -> bool:
    """Whether the innermost frame of program and tests in an error's traceback is the program's."""
    names = [os.path.basename(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    return [name for name in names if name in {"solution.py", "tests.py"}][-1:] == ["solution.py"]


def run_classes(module: types.ModuleType, names: list[str], entered: set[str]) -> int:
    """Run a module's TestCase classes and its plain classes named `Test...`, unless they ran; returns the exit code."""
    if not names:
        return 0
    classes = [vars(module).get(name) for name in names]
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for kind in classes:
        if not isinstance(kind, type) or kind.__name__ in entered:
            continue
        if issubclass(kind, unittest.TestCase):
            suite.addTests(loader.loadTestsFromTestCase(kind))
        elif kind.__name__.startswith("Test") and "__init__" not in vars(kind):
            run_plain_class(kind)
    if not suite.countTestCases():
        return 0
    report = io.StringIO()
    runner = unittest.TextTestRunner(report, verbosity=0)
    vars(runner)["resultclass"] = Result
    if runner.run(suite).wasSuccessful():
        return 0
    sys.stderr.write(report.getvalue())
    return 1


def run_plain_class(kind: type) -> None:
    """Call the test methods of a class, each on a new object, between its set-up and tear-down."""
    for name in [name for name in vars(kind) if name.startswith("test")]:
        one = kind()
        for step in ("setup_method", "setUp", name, "teardown_method", "tearDown"):
            method = getattr(one, step, None)
            if method is None:
                continue
            needed = required(method)
            if needed and step == name:
                raise TypeError(f"{kind.__name__}.{name} needs {', '.join(needed)}, and nothing gives it")
            invoke(method if not needed else _with_method(method, getattr(one, name)))


def _with_method(step: Callable[..., Any], method: Any) -> Callable[[], Any]:
    return lambda: step(method)


class Result(unittest.TextTestResult):
    """unittest's result, with tracebacks that show only the program and the tests."""

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802 - unittest's name
        """A skip that the program raises is an error."""
        error = sys.exc_info()[1]
        if error is not None and raised_by_solution(error):
            self.addError(test, sys.exc_info())
        else:
            super().addSkip(test, reason)

    def _exc_info_to_string(self, err: Any, test: unittest.TestCase) -> str:  # noqa: ARG002 - unittest's signature
        return trimmed(traceback.TracebackException(*err), os.path.dirname(vars(sys.modules["solution"])["__file__"]))


def trimmed(shown: traceback.TracebackException, folder: str) -> str:
    """A traceback's text with only the frames of `folder`."""
    trim(shown, folder)
    return "".join(shown.format()).replace(folder + os.sep, "")


def trim(shown: Any, folder: str) -> None:
    """Remove the frames outside `folder`, here and in the causes and contexts of the error."""
    frames = [frame for frame in shown.stack if os.path.dirname(frame.filename) == folder]
    shown.stack = traceback.StackSummary.from_list(frames)
    behind = [shown.__cause__, shown.__context__, *(getattr(shown, "exceptions", None) or ())]
    for part in behind:
        if part is not None:
            trim(part, folder)
