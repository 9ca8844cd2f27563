"""Keeps a program from looking at the frames of its callers, where the tests' values lie.

An audit hook sees the ways to a frame: `sys._getframe`, tracebacks, generators, the garbage collector, tracing.
Invariant: what the standard library and installed packages do with frames for themselves goes on; a program that
wants one gets a RuntimeError. Not covered: ctypes, and the `__globals__` of a function that the tests hand over.

Source: PEP 578, and CPython's table of audit events.
"""

from __future__ import annotations

import sys
import sysconfig
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import types

MESSAGE = "a program under test cannot look at the frames of its callers"
_EVENTS = frozenset(
    (
        *("sys._getframe", "sys._current_frames", "sys._current_exceptions", "sys.settrace", "sys.setprofile"),
        *("gc.get_objects", "gc.get_referrers", "gc.get_referents"),
    )
)
_ATTRIBUTES = frozenset(("tb_frame", "gi_frame", "cr_frame", "ag_frame"))
_LOOKERS = frozenset(("walk_stack", "walk_tb"))
"""Functions of `traceback` that hand out frames; the others hand out text."""
_getframe = sys._getframe  # noqa: SLF001 - the only way to a frame


class FrameGuard:
    """The audit hook. It cannot be removed, and holds for the process and its forks.

    Args:
        folder: the folder of the program.
    """

    def __init__(self, folder: str) -> None:
        paths = sysconfig.get_paths()
        self.program = folder.rstrip("/") + "/"
        self.inspect = f"{paths['stdlib']}/inspect.py"
        self.traceback = f"{paths['stdlib']}/traceback.py"
        self.busy = False

    def install(self) -> None:
        """Watch from now on."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in _EVENTS and not (event == "object.__getattr__" and args[1] in _ATTRIBUTES):
            return
        if self.busy:
            return
        self.busy = True
        try:
            asks = self._is_program(_getframe(1))
        except ValueError:  # no Python frame asks
            asks = False
        finally:
            self.busy = False
        if asks:
            raise RuntimeError(MESSAGE)

    def _is_program(self, frame: types.FrameType | None) -> bool:
        """Whether the program asks, itself or through a function that only hands frames on."""
        while frame is not None:
            file = frame.f_code.co_filename
            hands_on = file == self.inspect or (file == self.traceback and frame.f_code.co_name in _LOOKERS)
            if not hands_on:
                return file == f"{self.program}solution.py" or file.startswith("<")
            frame = frame.f_back
        return False
