"""Which lines and branches of a program run.

A line counts if code starts in it. A branch is one of the two ways out of an `if`, `elif`, `for` or `while`, told by
the line that comes next; left out are conditions that share a line with their body, constant conditions, and whatever
else decides: `and`, `or`, conditional expressions, comprehensions, `match`, `try` and `assert`. Invariant: what ran is
noted in memory that forks share, so a fork that is killed loses nothing. Not covered: a program that ends the tracing
or runs other programs, which is only counted lower. One way, `sys.settrace`, serves every version of Python.
"""

from __future__ import annotations

import ast
import mmap
import sys
import threading
import types
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_Trace = Any


class Branch(NamedTuple):
    """The lines of a condition, and those of the body behind it."""

    first: int
    last: int
    body_first: int
    body_last: int


class Tracer:
    """Traces one program.

    Args:
        path: the program's file, as its code names it.
        source: its text.

    Raises:
        Exception: it does not compile.
    """

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.lines = sorted(lines_of(compile(source, path, "exec", dont_inherit=True)))
        self.branches = list(branches_of(ast.parse(source)))
        self._places = {line: place for place, line in enumerate(self.lines)}
        self._branch_at = {
            line: place for place, branch in enumerate(self.branches) for line in range(branch.first, branch.last + 1)
        }
        self._hits = mmap.mmap(-1, len(self.lines) + 2 * len(self.branches) + 1)

    @property
    def hits(self) -> bytes:
        """A byte for each line, then two for each branch, which is 1 for what has run."""
        return self._hits[:-1]

    def start(self) -> None:
        """Trace this thread and those that start later."""
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: types.FrameType, _event: str, _arg: object) -> _Trace:
        if frame.f_code.co_filename != self.path:
            return None
        name = frame.f_code.co_name
        return self._local(decides=name == "<module>" or not name.startswith("<"))

    def _local(self, *, decides: bool) -> _Trace:
        """The trace function of one frame, which remembers the line before.

        Args:
            decides: whether the frame has statements, which one of a lambda or of a comprehension has not.
        """
        before = 0

        def trace(frame: types.FrameType, event: str, arg: Any) -> _Trace:
            nonlocal before
            if event == "line":
                line = frame.f_lineno
                if line in self._places:
                    self._hits[self._places[line]] = 1
                self._left(before, line)
                before = line if decides else 0
            elif event == "return":
                self._left(before, 0)
            elif event == "exception" and arg[0] is not StopIteration:
                before = 0
            return trace

        return trace

    def _left(self, before: int, line: int) -> None:
        """Note the way from a condition to the next line, or to the end of the function (0)."""
        place = self._branch_at.get(before)
        if place is None:
            return
        branch = self.branches[place]
        if not branch.first <= line <= branch.last:
            passes_by = not branch.body_first <= line <= branch.body_last
            self._hits[len(self.lines) + 2 * place + passes_by] = 1


def lines_of(code: types.CodeType) -> set[int]:
    """The lines in which code starts, of a code object and those inside it."""
    found = {line for _, _, line in code.co_lines() if line}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= lines_of(constant)
    return found


def branches_of(tree: ast.Module) -> Iterator[Branch]:
    """The conditions and loops whose ways out can be told by lines."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.While)):
            decides: ast.expr = node.test
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            decides = node.iter
        else:
            continue
        last, body_first = decides.end_lineno or 0, min(map(_first_line, node.body))
        if not isinstance(decides, ast.Constant) and body_first > last:
            yield Branch(node.lineno, last, body_first, node.body[-1].end_lineno or 0)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])
