"""The twin of a run that passed: the same tests against changed programs (`mutants.py`).

Each assertion is tried on its own: one that holds all the same does not depend on the program. Each pass is a fork of
this process, which has loaded the program, and has the files to itself. Invariant: a pass that hangs or crashes proves
nothing against an assertion. Not covered: a program that recognises its twin.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import json
import os
import select
import signal
import time
from typing import Any

from aiev_interpreter.sandbox import folders, rewrite
from aiev_interpreter.sandbox.counting import Abort
from aiev_interpreter.sandbox.mutants import CONSTANTS, OBSERVE, RAISE, Mutant
from aiev_interpreter.sandbox.run import SOLUTION, Run

PASSES = 4
"""Passes of one twin at most."""
TWIN_FACTOR = 2
"""Time of all passes together at most, as a multiple of the limit of one run."""
_ABORT_SHARE = 0.45
"""Share of a pass's time after which the loop that runs is ended, and again; outside of loops, the pass."""
_exit, _dumps, _loads = os._exit, json.dumps, json.loads


class Twin:
    """The passes of one program.

    Args:
        run: the program and its tests.
        seconds: time of one pass.
    """

    def __init__(self, run: Run, seconds: float) -> None:
        self.run, self.seconds = run, seconds

    def report(self) -> tuple[int, dict[str, Any]]:
        """Load the program and run the passes: exit code and report.

        Returns:
            In the report, `passes` holds for each pass the assertions that held, as line, source and count, or None if
            the pass gave no answer.
        """
        run = self.run
        run.load()
        passes: dict[str, Any] = {RAISE: self._pass(RAISE, {})}
        if not self._is_plain():
            seen = self._pass(OBSERVE, {}) or {}
            noted = {int(place): base64.b64decode(text) for place, text in seen.get("seen", {}).items()}
            for mode in CONSTANTS:
                passes[mode] = self._pass(mode, noted)
        return 0, {"assertions": 0, "completed": True, "error": "", "passes": passes}

    def _is_plain(self) -> bool:
        """Whether every assertion compares with a literal, so that no constants have to be tried."""
        instrument = rewrite.Instrument(self.run.solution)
        instrument.visit(ast.parse(self.run.tests))
        return instrument.plain and "doctest" not in self.run.tests

    def _pass(self, mode: str, seen: dict[int, bytes]) -> dict[str, Any] | None:
        """Run one pass in a fork, and return what it reports."""
        self._sweep()
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            self._in_fork(mode, seen, write)
        os.close(write)
        answer = _read(read, self.seconds)
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(child, signal.SIGKILL)
        with contextlib.suppress(OSError):  # the program can have told the kernel to forget its children
            os.waitpid(child, 0)
        try:
            return dict(_loads(answer))
        except ValueError:
            return None

    def _in_fork(self, mode: str, seen: dict[int, bytes], write: int) -> None:
        with contextlib.suppress(OSError):
            os.setsid()
        counter = self.run.counter
        counter.lenient = mode in {RAISE, *CONSTANTS}
        counter.constant = mode in CONSTANTS
        mutant = Mutant(self.run.solution, self.run.source, mode, seen)
        process = os.getpid()
        mutant.apply()
        signal.signal(signal.SIGALRM, _abort)
        signal.setitimer(signal.ITIMER_REAL, _ABORT_SHARE * self.seconds, _ABORT_SHARE * self.seconds)
        self.run.attempt(self.run.run_tests)
        if os.getpid() == process:
            report: dict[str, Any] = {"completed": True, "sites": counter.sites()}
            if mode == OBSERVE:
                report["seen"] = {place: base64.b64encode(text).decode() for place, text in mutant.seen.items()}
            _write(write, _dumps(report).encode())
        _exit(0)

    def _sweep(self) -> None:
        """Remove the files that the program or a pass has left, and let the program's own be a changed program's."""
        for folder in (self.run.folder, os.environ.get("TMPDIR", "/tmp"), "/dev/shm"):  # noqa: S108 - in the sandbox
            with contextlib.suppress(OSError):
                folders.empty(folder, self.seconds)
        with contextlib.suppress(OSError), open(os.path.join(self.run.folder, SOLUTION), "w", encoding="utf-8") as file:
            file.write("raise RuntimeError('this program was changed')\n")


def _abort(*_: Any) -> None:
    raise Abort


def _read(descriptor: int, seconds: float) -> bytes:
    """Everything that is written to a pipe within a time."""
    data, deadline = b"", time.monotonic() + seconds
    with contextlib.suppress(OSError):
        while select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
            part = os.read(descriptor, 1 << 16)
            if not part:
                break
            data += part
    os.close(descriptor)
    return data


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
