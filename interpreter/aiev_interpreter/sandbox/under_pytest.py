"""Runs an already loaded test module under pytest, for what only pytest can run.

Invariants: the tests' text is in no file; their assertions are the counted ones; a skip or an exit that the program
raises is a failure, a failure that is expected (`xfail`) is none. Not covered: plug-ins of pytest.
"""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.running import raised_by_solution, run_coroutine

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Iterator

    from aiev_interpreter.sandbox.counting import Counter

NO_TESTS_COLLECTED = 5
_OPTIONS = ("-s", "-p", "no:cacheprovider", "-p", "no:terminal", "--assert=plain", "--noconftest", "-c", "/dev/null")


class Plugin:
    """Gives pytest the module, runs async tests, and shows errors without pytest's frames."""

    def __init__(self, module: types.ModuleType, counter: Counter, show: Callable[[BaseException], None]) -> None:
        self.module, self.counter, self.show = module, counter, show
        self.hidden, self.started, self.ended = "", 0, 0

    def pytest_pycollect_makemodule(self, module_path: Any, parent: Any) -> Any:
        """Collect the module as it was loaded, so that its assertions count."""
        import pytest  # as it was before the program could change it

        module = self.module

        class Loaded(pytest.Module):
            def _getobj(self) -> Any:
                return module

        return Loaded.from_parent(parent, path=module_path)

    def pytest_pyfunc_call(self, pyfuncitem: Any) -> Any:
        """Run an async test."""
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}  # noqa: SLF001
        run_coroutine(pyfuncitem.obj(**given))
        return True

    def pytest_runtest_makereport(self, call: Any) -> Iterator[None]:
        """Make a skip that the program raises a failure, and forget a failure that is expected."""
        outcome: Any = yield
        report = outcome.get_result()
        error = call.excinfo.value if call.excinfo else None
        if report.skipped and hasattr(report, "wasxfail"):
            self.counter.hidden = self.hidden
        elif report.skipped and error is not None and raised_by_solution(error):
            report.outcome = "failed"
            sys.stderr.write(f"The program skipped the test: {error}\n")

    def pytest_runtest_logstart(self) -> None:
        """Count the tests that began."""
        self.hidden, self.started = self.counter.hidden, self.started + 1

    def pytest_runtest_logfinish(self) -> None:
        """Count the tests that ended."""
        self.ended += 1

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        """Show an error."""
        sys.stderr.write(f"FAILED {node.name}\n")
        if type(call.excinfo.value).__name__ == "FixtureLookupError":
            sys.stderr.write(report.longreprtext + "\n")
        else:
            self.show(call.excinfo.value)


def run_pytest(path: str, module: types.ModuleType, counter: Counter, show: Callable[[BaseException], None]) -> int:
    """Run an already loaded module under pytest; returns the exit code."""
    import pytest

    pytest.hookimpl(tryfirst=True)(Plugin.pytest_pyfunc_call)
    pytest.hookimpl(hookwrapper=True)(Plugin.pytest_runtest_makereport)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    with open(path, "a", encoding="utf-8"):  # pytest wants a file; the tests are not in it
        pass
    plugin = Plugin(module, counter, show)
    code = int(pytest.main([*_OPTIONS, "--rootdir", os.path.dirname(path), path], plugins=[plugin]))
    if plugin.started != plugin.ended:
        sys.stderr.write("The program ended pytest before the tests were through.\n")
        return 1
    return 0 if code == NO_TESTS_COLLECTED else code
