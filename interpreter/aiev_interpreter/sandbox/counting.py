"""Counts the assertions that were executed and held, and explains those that failed.

Invariants: an assertion counts only after it held; under sabotage none holds, so a run that still completes shows that
its tests cannot fail. Instrumented tests reach the counter under the name `__aiev__`. Not covered: a program that finds
the counter and calls it, see the threat model in `interpreter/README.md`.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import types
import unittest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

REPR_CHARS = 200
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "In": lambda left, right: left in right,
    "NotIn": lambda left, right: left not in right,
}
SABOTAGE = "sabotaged: every assertion fails in this run"
_CONTEXT_METHODS = ("assertRaises", "assertWarns", "assertLogs", "assertNoLogs")


class Counter:
    """The assertions of one run.

    Args:
        sabotage: every assertion fails, even if it holds.
    """

    def __init__(self, *, sabotage: bool = False) -> None:
        self.count = 0
        self.sabotage = sabotage
        self.hidden = ""
        """The last assertion that failed. If the run still completes, its tests have hidden the failure."""
        self.entered: set[str] = set()
        self._depth = 0
        self._because = ""

    def held(self) -> None:
        """Count one assertion that held.

        Raises:
            AssertionError: under sabotage.
        """
        if self.sabotage:
            raise AssertionError(SABOTAGE)
        self.count += 1

    def enter(self, name: str) -> None:
        """Note that the test function `name` is running, so it is not called again."""
        self.entered.add(name)

    def compare(self, comparison: str, left: Any, right: Any) -> bool:
        """Whether a comparison holds; if not, its sides are remembered for `failure`."""
        held = bool(COMPARISONS[comparison](left, right))
        self._because = f"left side is {shorten(left)}, right side is {shorten(right)}" if not held else SABOTAGE
        if held and comparison == "Eq" and equals_anything(left, right):
            held, self._because = False, "one side equals everything, so it proves nothing"
        return held and not self.sabotage

    def truth(self, value: Any) -> bool:
        """Whether a value is true; if not, it is remembered for `failure`."""
        held = bool(value)
        self._because = SABOTAGE if held else f"the value is {shorten(value)}"
        return held and not self.sabotage

    def untruth(self, value: Any) -> bool:
        """Whether a value is false; if not, it is remembered for `failure`."""
        held = not value
        self._because = SABOTAGE if held else f"the value is {shorten(value)}"
        return held and not self.sabotage

    def failure(self, source: str, message: Any = None) -> AssertionError:
        """The error of an assertion that did not hold, with its values."""
        text = f"assert {source} failed: {self._because}"
        return self.failed(text if message is None else f"{text} ({message})")

    def failed(self, text: str) -> AssertionError:
        """The error of an assertion that failed, which is remembered unless sabotage made it fail."""
        if not self.sabotage:
            self.hidden = text
        return AssertionError(text)

    def counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap an assertion method so that its success counts once, even if it calls other assertion methods."""

        @functools.wraps(method)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self._depth += 1
            try:
                result = method(*args, **kwargs)
            except AssertionError as error:
                if self._depth == 1:
                    self.failed(str(error))
                raise
            finally:
                self._depth -= 1
            if not self._depth:
                if equals_anything(*args[1:3]):
                    raise self.failed("a value that equals everything proves nothing")
                self.held()
            return result

        return wrapper

    def counted_exit(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap the `__exit__` of a context that expects something: it counts unless an exception propagates."""

        @functools.wraps(method)
        def wrapper(context: Any, kind: Any, error: Any, trace: Any) -> Any:
            result = method(context, kind, error, trace)
            if result or kind is None:
                self.held()
            return result

        return wrapper


def equals_anything(*values: Any) -> bool:
    """Whether one of these values has an `__eq__` of its own by which it also equals a fresh object."""
    return any(
        isinstance(getattr(type(value), "__eq__", None), types.FunctionType) and _equals(value, object())
        for value in values
    )


def _equals(value: Any, other: object) -> bool:
    try:
        return bool(value == other)
    except Exception:  # noqa: BLE001 - an object that cannot be compared is not equal
        return False


def shorten(value: Any) -> str:
    """The repr of a value, with its middle cut."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a broken __repr__ must not hide the failed assertion
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    half = REPR_CHARS // 2
    return text if len(text) <= REPR_CHARS else f"{text[:half]} … {text[-half:]}"


def count_unittest(counter: Counter) -> None:
    """Make unittest's own assertion methods and contexts count."""
    for name in dir(unittest.TestCase):
        if name.startswith("assert") and not name.startswith(_CONTEXT_METHODS):
            setattr(unittest.TestCase, name, counter.counted(getattr(unittest.TestCase, name)))
    for name in ("_AssertRaisesContext", "_AssertWarnsContext"):
        _count_context(counter, getattr(unittest.case, name))
    with contextlib.suppress(AttributeError):
        _count_context(counter, unittest._log._AssertLogsContext)  # noqa: SLF001 - unittest has no public name for it


def count_pytest(counter: Counter) -> None:
    """Make `pytest.raises` and `pytest.warns` count."""
    import pytest

    for expects in (pytest.raises, pytest.warns):
        _count_context(counter, type(expects(RuntimeWarning)))


def _count_context(counter: Counter, kind: Any) -> None:
    kind.__exit__ = counter.counted_exit(kind.__exit__)
