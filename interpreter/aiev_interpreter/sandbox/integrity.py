"""Restores what tests rely on, in case the program has changed it before they run.

Invariant: after `restore`, builtins, operators and unittest are as they were at `Pristine()`, and no trace function of
the program is active. Names that a program added stay. Not covered: changes while the tests run, which the sabotaged
second run detects (`interpreter/README.md`).
"""

from __future__ import annotations

import builtins
import math
import operator
import sys
import threading
import unittest
from typing import Any

_PYTEST = ("pytest", "_pytest", "pluggy")


class Pristine:
    """A copy of the attributes of builtins, operators and unittest."""

    def __init__(self) -> None:
        relied_on: tuple[Any, ...] = (
            *(builtins, math, operator, unittest, unittest.case, unittest.TestCase, unittest.TestResult),
            *(unittest.TestSuite, unittest.TestLoader, unittest.TextTestRunner, unittest.TextTestResult),
        )
        self.saved = [(owner, dict(vars(owner))) for owner in relied_on]
        self.exit = sys.exit

    def restore(self) -> None:
        """Undo every change, and unload pytest, which the program may have changed."""
        sys.settrace(None)
        sys.setprofile(None)
        threading.settrace(None)
        sys.exit = self.exit
        for owner, attributes in self.saved:
            now = vars(owner)
            for name, value in attributes.items():
                if now.get(name) is not value:
                    setattr(owner, name, value)
        for name in [name for name in sys.modules if name.partition(".")[0] in _PYTEST]:
            del sys.modules[name]


def hide_harness() -> None:
    """Remove the harness from `sys.modules`, so no import finds it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "aiev_interpreter"]:
        del sys.modules[name]
