"""Restores what tests rely on, in case the program has changed it before they run.

Invariants: after `restore`, builtins, operators and unittest are as they were at `Pristine()`, and no trace function or
import hook of the program is active; `replaced` finds what the program has put into a module that the tests use. Not
covered: changes that are undone before the tests end.
"""

from __future__ import annotations

import ast
import builtins
import math
import operator
import sys
import threading
import types
import unittest
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.counting import Counter

if TYPE_CHECKING:
    from collections.abc import Iterable

_PYTEST = ("pytest", "_pytest", "pluggy")


class Pristine:
    """A copy of the attributes of builtins, operators, unittest and the counter."""

    def __init__(self) -> None:
        relied_on: tuple[Any, ...] = (
            *(
                builtins,
                math,
                operator,
                ast,
                ast.NodeVisitor,
                ast.NodeTransformer,
                unittest,
                unittest.case,
                unittest.TestCase,
                unittest.TestResult,
                Counter,
            ),
            *(unittest.TestSuite, unittest.TestLoader, unittest.TextTestRunner, unittest.TextTestResult),
        )
        self.saved = [(owner, dict(vars(owner))) for owner in relied_on]
        self.exit = sys.exit
        self.builtins = dict(vars(builtins))
        self.finders = list(sys.meta_path), list(sys.path_hooks)

    def restore(self) -> None:
        """Undo every change, and unload pytest, which the program may have changed."""
        sys.settrace(None)
        sys.setprofile(None)
        threading.settrace(None)
        sys.exit = self.exit
        sys.meta_path[:], sys.path_hooks[:] = self.finders
        for owner, attributes in self.saved:
            now = vars(owner)
            for name, value in attributes.items():
                if now.get(name) is not value:
                    setattr(owner, name, value)
            if isinstance(owner, type):
                for name in now.keys() - attributes.keys():
                    delattr(owner, name)
        for name in [name for name in sys.modules if name.partition(".")[0] in _PYTEST]:
            del sys.modules[name]

    def changed(self) -> str:
        """The name of something of unittest that is no longer what it was; empty if all is well."""
        for owner, attributes in self.saved[6:]:
            now = vars(owner)
            for name, value in attributes.items():
                if now.get(name) is not value and is_of_program(now.get(name)):
                    return f"{owner.__name__}.{name}"
        return ""


def replaced(modules: Iterable[types.ModuleType], program: types.ModuleType) -> str:
    """The name of a function of these modules that the program has replaced by its own; empty if there is none."""
    for module in modules:
        if module is program or not is_packaged(module):
            continue
        for name, value in list(vars(module).items()):
            if is_of_program(value):
                return f"{module.__name__}.{name}"
    return ""


def is_packaged(module: types.ModuleType) -> bool:
    """Whether a module is part of Python or of an installed package."""
    file = getattr(module, "__file__", None)
    return file is None or "/lib" in file or "packages/" in file


def is_of_program(value: Any) -> bool:
    """Whether a function or class is defined by the program."""
    code = getattr(getattr(value, "__func__", value), "__code__", None)
    if isinstance(value, (types.FunctionType, types.MethodType)) and code is not None:
        return str(code.co_filename).endswith("/solution.py")
    return isinstance(value, type) and value.__module__ == "solution"


def hide_harness() -> None:
    """Remove the harness from `sys.modules`, so no import finds it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "aiev_interpreter"]:
        del sys.modules[name]
