"""The cells of a matrix in a language whose programs are run by a command, one after another within one time for all.

Each program is laid out with each suite, compiled and run as a job is. Invariant: a program that does not compile is
told from a suite that does not. Not covered: a program that compiles, but not with a suite that fits the first program;
it counts as one that does not compile.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.cells import FACTOR, SKIPPED, is_over
from aiev_interpreter.sandbox.row import BROKEN, FAILED, PASSED, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable

SLACK_SECONDS = 2.0
"""More than in Python, since a runtime starts anew for each cell."""
_UNCOMPILED = "uncompiled"


class PlannedCells:
    """The programs of a matrix.

    Args:
        matrix: the request's part with the `plans` of each program for each suite, those of each program `alone`, with
            an empty suite, where nothing is compiled, and `seconds`.
        execute: lays out, compiles and runs a plan once, in empty folders, within so many seconds for each command and
            so many CPU seconds of the run; returns the document of `watch.py` with its `stage`.
    """

    def __init__(
        self, matrix: dict[str, Any], execute: Callable[[dict[str, Any], float, float], dict[str, Any]]
    ) -> None:
        self.matrix, self.execute = matrix, execute
        self.until = time.monotonic() + matrix["seconds"]
        self.needed: dict[int, float] = {}
        """CPU seconds that the first program needed, by suite."""

    def document(self) -> dict[str, Any]:
        """How each suite ended with each program and its CPU time; calls have no values, and there is no coverage."""
        found = [[self._cell(plan, suite) for suite, plan in enumerate(plans)] for plans in self.matrix["plans"]]
        rows = [[answer for answer, _ in row] for row in found]
        suites_compile = [answer != _UNCOMPILED for answer in rows[0]] if rows else []
        cells = [self._judged(place, row, suites_compile) for place, row in enumerate(rows)]
        values = [[""] * len(self.matrix["calls"]) for _ in rows]
        used = [[seconds for _, seconds in row] for row in found]
        return {"cells": cells, "cpu_seconds": used, "values": values, "coverage": None}

    def _cell(self, plan: dict[str, Any], suite: int = -1) -> tuple[str, float | None]:
        """How a suite ended with a program, and the CPU seconds of its run if it got so far."""
        left = self.until - time.monotonic()
        if left <= 0:
            return SKIPPED, None
        document = self.execute(plan, left, FACTOR * self.needed.get(suite, math.inf) + SLACK_SECONDS)
        used = document["cpu_seconds"] if document["stage"] == "run" else None
        if suite >= 0 and used is not None:
            self.needed.setdefault(suite, used)
        return self._ended(document), used

    def _ended(self, document: dict[str, Any]) -> str:
        if time.monotonic() >= self.until and document["ended_by"] == "timeout":
            return SKIPPED
        if is_over(document):
            return TIMEOUT
        if document["stage"] == "compile":
            return _UNCOMPILED
        return PASSED if document["passed"] else FAILED

    def _judged(self, place: int, row: list[str], suites_compile: list[bool]) -> list[str]:
        """The answers of a program, once it is known what does not compile."""
        fits_none = all(answer in {_UNCOMPILED, SKIPPED} for answer in row)
        judged = [
            answer if answer != _UNCOMPILED else BROKEN if fits_none or compiles else FAILED
            for answer, compiles in zip(row, suites_compile, strict=True)
        ]
        if FAILED not in judged or PASSED in judged or not self.matrix["alone"]:
            return judged
        loads = self._cell(self.matrix["alone"][place])[0] not in {FAILED, _UNCOMPILED}
        return judged if loads else [BROKEN if answer == FAILED else answer for answer in judged]
