"""Runs one program with its tests inside the sandbox, and reports how many assertions held.

The harness is created in the supervisor and called in a fork of a fork server, with the work folder, the descriptor of
the report pipe, and the descriptor of the token that marks its report. Invariant: the tests' text is in no file while
the program runs. Not covered: a program that extracts the token from this process, see the threat model in
`interpreter/README.md`.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sys
import threading
from typing import TYPE_CHECKING

from aiev_interpreter.sandbox import integrity
from aiev_interpreter.sandbox.counting import Counter, count_unittest
from aiev_interpreter.sandbox.frames import FrameGuard
from aiev_interpreter.sandbox.row import Row
from aiev_interpreter.sandbox.run import SOLUTION, TESTS, Run
from aiev_interpreter.sandbox.twin import Twin

if TYPE_CHECKING:
    from typing import NoReturn

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
            token_end: descriptor from which the token and the mode are read: `count`; `twin SECONDS` for the passes
                of `twin.py`, each of so many seconds at most; `row` for the cells that `tests.py` then lists.
        """
        write, dumps = os.write, json.dumps  # before the program can change them
        token, _, mode = os.read(token_end, 64).decode().partition(" ")
        os.close(token_end)
        sys.argv[:] = [os.path.join(folder, SOLUTION)]
        sys.path.append(folder)
        sys.setrecursionlimit(sys.getrecursionlimit() + stack_depth())
        tests = taken(os.path.join(folder, TESTS))
        FrameGuard(folder).install()
        process = os.getpid()
        if mode.strip() == "row":
            Row(Run(folder, "", self.counter, self.pristine), tests, report, token).serve()
        run = Run(folder, tests, self.counter, self.pristine)
        code, record = run.counted() if mode.strip() == "count" else Twin(run, float(mode.split()[1])).report()
        flush()
        if os.getpid() == process:
            write(report, f"{token} {dumps(record)}\n".encode())
            os.close(report)
            end_threads()
        _exit(code)


def flush() -> None:
    """Write out what the program has printed."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def taken(path: str) -> str:
    """The text of the tests, whose file goes before the program can read it."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        source = file.read()
    os.unlink(path)
    return source


def end_threads() -> None:
    """Join threads and run exit hooks as Python does at its end, but without tearing down modules."""
    for end in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]  # noqa: SLF001 - no public name
        with contextlib.suppress(Exception):
            end()
    flush()


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
