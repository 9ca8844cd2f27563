"""The tests' names: as if the tests stood below the program in one file, while what they define stays theirs.

Invariants: a name that the tests do not bind is the program's, read anew each time, else Python's own, as it was before
the program ran; a name of the program that the tests bind anew is bound for the program too; functions and classes of
the tests can be found in the program's module, as pickle, unittest and `mock.patch` need it. Values of the tests
cannot, so a program that looks for expected values in `__main__` finds none.
"""

from __future__ import annotations

import sys
import types
from typing import Any


class Names(dict[str, Any]):
    """What stands behind the tests' globals: it is their `__builtins__`.

    Args:
        program: the program's globals.
        builtins: Python's names, copied before the program ran.
        given: names that the harness gives to the tests.
    """

    def __init__(self, program: dict[str, Any], builtins: dict[str, Any], given: dict[str, Any]) -> None:
        needed = ("__import__", "__build_class__", "__debug__")  # which the interpreter takes from here itself
        super().__init__({name: builtins[name] for name in needed} | given)
        self.program, self.builtins = program, builtins
        self.own: dict[str, Any] = {}
        """The tests' globals."""
        self["globals"] = self.all

    def __missing__(self, name: str) -> Any:
        """A name of the program, else one of Python's."""
        return self.program[name] if name in self.program else self.builtins[name]

    def all(self) -> dict[str, Any]:
        """What `globals()` gives to the tests."""
        return self.program | self.own

    def publish(self, name: str) -> None:
        """Let a function or class of the tests be found in the program's module."""
        if name in self.own:
            self.program.setdefault(name, self.own[name])

    def share(self, *names: str) -> None:
        """Bind names of the program as the tests have bound them."""
        for name in names:
            if name in self.own:
                self.program[name] = self.own.pop(name)

    def package(self, dotted: str) -> None:
        """Make `a.b.c` name the program, as after `import a.b.c`."""
        root, *rest = dotted.split(".")
        solution = sys.modules["solution"]
        self.own[root] = module = sys.modules.setdefault(root, types.ModuleType(root))
        for depth, part in enumerate(rest):
            inner: types.ModuleType = solution if depth == len(rest) - 1 else types.ModuleType(part)
            setattr(module, part, inner)
            sys.modules.setdefault(".".join((root, *rest[: depth + 1])), inner)
            module = inner
