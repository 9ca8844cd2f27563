"""Counts the assertions that held, by the line they stand in, and explains those that failed.

Invariants: an assertion counts only after it held; one that failed fails the run, whatever the tests do with it. In a
pass against a changed program (`twin.py`) every assertion is tried on its own, and none ends the tests. Instrumented
tests reach the counter under the name `__aiev__`. Not covered: a program that finds the counter and calls it
(`interpreter/README.md`).
"""

from __future__ import annotations

import contextlib
import functools
import sys
import unittest
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox import values

if TYPE_CHECKING:
    from collections.abc import Callable

REPR_CHARS = 200
SOURCE_CHARS = 80
SITES = 300
"""Assertions that are told apart by their line; further ones are counted without it."""
SWALLOWED = 2000
"""Errors of a pass against a changed program after which a loop is taken for endless."""
ANYTHING = "one side equals everything, so it proves nothing"
_CONTEXT_METHODS = ("assertRaises", "assertWarns", "assertLogs", "assertNoLogs")
_METHOD_COMPARISONS = {
    **dict.fromkeys(("assertNotEqual", "assertNotAlmostEqual"), "NotEq"),
    "assertIn": "In",
    "assertNotIn": "NotIn",
    "assertLess": "Lt",
    "assertLessEqual": "LtE",
    "assertGreater": "Gt",
    "assertGreaterEqual": "GtE",
}
_EMPTIES = (str, bytes, list, tuple, dict, set, frozenset)
_LIBRARIES = ("numpy/", "pandas/", "unittest/mock.py", "torch/", "polars/", "sklearn/", "xarray/")
_getframe = sys._getframe  # noqa: SLF001 - the only way to a frame


class Abort(BaseException):
    """Ends a loop of the tests that a changed program has made endless, else the pass."""


class Counter:
    """The assertions of one run."""

    def __init__(self) -> None:
        self.tests_file = ""
        self.count = 0
        self.lenient = False
        """Whether the program is a changed one, so that no assertion ends the tests."""
        self.constant = False
        """Whether the changed program returns constants."""
        self.held_at: dict[int, int] = {}
        self.failed_at: set[int] = set()
        self.sources: dict[int, str] = {}
        self.hidden = ""
        """The last assertion that failed. If the run still completes, its tests have hidden the failure."""
        self.entered: set[str] = set()
        self.named: list[Any] = []
        """The classes that the tests name."""
        self.swallowed = 0
        self._depth = 0
        self._because = ""

    def sites(self) -> list[list[Any]]:
        """Line, source and count of each assertion that held and never failed."""
        kept = [line for line in self.held_at if line not in self.failed_at][:SITES]
        return [[line, self.sources.get(line, ""), self.held_at[line]] for line in kept]

    def held(self, line: int, source: str = "") -> None:
        """Count one assertion that held."""
        self.count += 1
        self.held_at[line] = self.held_at.get(line, 0) + 1
        self.sources.setdefault(line, source[:SOURCE_CHARS])

    def enter(self, name: str) -> None:
        """Note that the test function or class `name` is running, so it is not run again."""
        self.entered.add(name)

    def swallow(self, error: BaseException, *, loop: bool = False) -> None:
        """Note an error of a statement that a changed program has made fail.

        Raises:
            Abort: there have been too many, or the time is over; the loop around the statement ends.
        """
        self.swallowed += 1
        if isinstance(error, Abort) and not loop:
            raise Abort
        if self.swallowed > SWALLOWED:
            self.swallowed = 0
            raise Abort

    def missed(self, line: int) -> None:
        """Note an assertion that could not be evaluated against a changed program."""
        self.failed_at.add(line)

    def compare(self, comparison: str, left: Any, right: Any) -> bool:
        """Whether a comparison holds; if not, its sides are remembered for `failure`."""
        held = bool(values.COMPARISONS[comparison](left, right))
        self._because = f"left side is {shorten(left)}, right side is {shorten(right)}" if not held else ""
        if held and values.deceives(comparison, left, right, self.named):
            held, self._because = False, ANYTHING
        return held

    def compared(self, comparison: str, left: Any, right: Any) -> Any:
        """The value of a comparison inside an assertion.

        Raises:
            AssertionError: it would hold for anything.
        """
        result = values.COMPARISONS[comparison](left, right)
        if result is True and values.deceives(comparison, left, right, self.named):
            raise self.failed(ANYTHING)
        return result

    def truth(self, value: Any, plain: bool = False) -> bool:  # noqa: FBT001, FBT002 - called by rewritten tests alone
        """Whether a value is true; if not, it is remembered for `failure`.

        For a changed program, an empty text or container that is asserted as it is (`plain`) counts as true: that a
        program returns something of its type proves nothing.
        """
        held = bool(value) or (self.constant and plain and type(value) in _EMPTIES)
        self._because = "" if held else f"the value is {shorten(value)}"
        return held

    def untruth(self, value: Any) -> bool:
        """Whether a value is false; if not, it is remembered for `failure`."""
        held = not value
        self._because = "" if held else f"the value is {shorten(value)}"
        return held

    def guard(self, line: int, source: str, value: Any, *, fails_if: bool) -> bool:
        """The condition of an `if` that ends the tests; it counts as an assertion if it does not end them."""
        if bool(value) is fails_if:
            self.missed(line)
            return fails_if
        self.held(line, source)
        return not fails_if

    def failure(self, line: int, source: str, message: Any = None) -> AssertionError:
        """The error of an assertion that did not hold, with its values."""
        self.missed(line)
        text = f"assert {source} failed: {self._because}"
        return self.failed(text if message is None else f"{text} ({message})")

    def failed(self, text: str) -> AssertionError:
        """The error of an assertion that failed, which is remembered."""
        self.hidden = text
        return AssertionError(text)

    def noted(self, text: str) -> None:
        """A runner has noted a failure and goes on."""
        self.hidden = self.hidden or text

    def line(self) -> int:
        """The line of the tests that is running."""
        frame = _getframe(1)
        while frame is not None and frame.f_code.co_filename != self.tests_file:
            frame = frame.f_back  # type: ignore[assignment]
        return frame.f_lineno if frame is not None else 0

    def counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap an assertion method so that its success counts once, even if it calls other assertion methods."""
        name = method.__name__
        comparison = _METHOD_COMPARISONS.get(name, "Eq")

        @functools.wraps(method)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self._depth += 1
            try:
                result = method(*args, **kwargs)
            except BaseException as error:
                if self._depth == 1:
                    self.missed(self.line())
                    if isinstance(error, AssertionError):
                        self.failed(str(error))
                raise
            finally:
                self._depth -= 1
            if not self._depth:
                given = [*args, *kwargs.values()]
                sides = given[1:3] if name.startswith("assert") and "_" not in name else given[:2]
                if len(sides) > 1 and values.deceives(comparison, sides[0], sides[1], self.named):
                    raise self.failed(ANYTHING)
                self.held(self.line(), name)
            return result

        return wrapper

    def counted_exit(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap the `__exit__` of a context that expects something: it counts unless an exception propagates."""

        @functools.wraps(method)
        def wrapper(context: Any, kind: Any, error: Any, trace: Any) -> Any:
            line = self.line()
            try:
                result = method(context, kind, error, trace)
            except BaseException:
                self.missed(line)
                raise
            if result or kind is None:
                self.held(line, type(context).__name__.strip("_"))
            else:
                self.missed(line)
            return result

        return wrapper

    def library(self, function: Any) -> Any:
        """A function that the tests call as a statement; the assertion functions of known libraries count."""
        inner = getattr(function, "__func__", function)
        file = getattr(getattr(inner, "__code__", None), "co_filename", "")
        packaged = "packages/" in file or file.endswith("unittest/mock.py")
        if not packaged or not any(library in file for library in _LIBRARIES):
            return function
        return self.counted(function) if getattr(inner, "__name__", "").startswith("assert") else function


def shorten(value: Any) -> str:
    """The repr of a value, with its middle cut."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a broken __repr__ must not hide the failed assertion
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    half = REPR_CHARS // 2
    return text if len(text) <= REPR_CHARS else f"{text[:half]} … {text[-half:]}"


def count_unittest(counter: Counter) -> None:
    """Make unittest's own assertion methods and contexts count, and its results remember failures."""
    for name in dir(unittest.TestCase):
        if name.startswith("assert") and not name.startswith(_CONTEXT_METHODS):
            setattr(unittest.TestCase, name, counter.counted(getattr(unittest.TestCase, name)))
    for name in ("_AssertRaisesContext", "_AssertWarnsContext"):
        _count_context(counter, getattr(unittest.case, name))
    with contextlib.suppress(AttributeError):
        _count_context(counter, unittest._log._AssertLogsContext)  # noqa: SLF001 - unittest has no public name for it
    _watch_results(counter)


def _watch_results(counter: Counter) -> None:
    """A failure that is only noted in a result is a failure; an expected one is none; a class runs once."""
    result: Any = unittest.TestResult
    add_failure, add_error, start, expected = (
        result.addFailure,
        result.addError,
        result.startTest,
        result.addExpectedFailure,
    )
    before = [""]

    def failure(self: Any, test: Any, err: Any) -> None:
        counter.noted(f"{test}: {err[0].__name__}: {err[1]}")
        add_failure(self, test, err)

    def error(self: Any, test: Any, err: Any) -> None:
        counter.noted(f"{test}: {err[0].__name__}: {err[1]}")
        add_error(self, test, err)

    def started(self: Any, test: Any) -> None:
        before[0] = counter.hidden
        counter.enter(type(test).__name__)
        start(self, test)

    def as_expected(self: Any, test: Any, err: Any) -> None:
        counter.hidden = before[0]
        expected(self, test, err)

    result.addFailure, result.addError = failure, error
    result.startTest, result.addExpectedFailure = started, as_expected


def count_pytest(counter: Counter) -> None:
    """Make `pytest.raises` and `pytest.warns` count."""
    import pytest

    for expects in (pytest.raises, pytest.warns):
        _count_context(counter, type(expects(RuntimeWarning)))


def count_doctest(counter: Counter) -> None:
    """Make each example of a docstring an assertion; a wrong one is a failure even if nobody looks at the result."""
    import doctest

    checker: Any = doctest.OutputChecker
    check = checker.check_output

    def checked(self: Any, want: str, got: str, optionflags: int) -> bool:
        example = _example()
        line, source = (1_000_000 + example[0], example[1]) if example else (1_000_000, ">>> …")
        if not check(self, want, got, optionflags):
            counter.missed(line)
            counter.noted(f">>> {source}: expected {want.strip()}, got {got.strip()}")
            return False
        if want.strip():
            counter.held(line, f">>> {source}")
        return True

    checker.check_output = checked


def _example() -> tuple[int, str] | None:
    """Line and source of the docstring's example that is being checked."""
    frame = _getframe(2)
    while frame is not None:
        example = frame.f_locals.get("example")
        if example is not None and frame.f_code.co_filename.endswith("doctest.py"):
            return (frame.f_locals["test"].lineno or 0) + example.lineno, example.source.strip()
        frame = frame.f_back  # type: ignore[assignment]
    return None


def _count_context(counter: Counter, kind: Any) -> None:
    kind.__exit__ = counter.counted_exit(kind.__exit__)
