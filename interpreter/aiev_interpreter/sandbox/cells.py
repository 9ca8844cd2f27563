"""The cells of a matrix, program after program, within one time for all.

Invariants: each round of a program settles one of its cells at least, so a program that ends its process, leaves files
or processes, or kills whatever it can costs its own cell and a new process, and nobody else's; what the time did not
suffice for is skipped. Not covered: what happens inside a cell (`row.py`), and other languages.
"""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.row import BROKEN, FAILED, LOADED, REST, SUITE, TIMEOUT, VALUE
from aiev_interpreter.sandbox.run import SOLUTION, TESTS

if TYPE_CHECKING:
    from collections.abc import Callable

ROW = "row"
"""The harness's mode."""
SKIPPED = "skipped"
REPORT_BYTES = 8 << 20
"""Kept of the answers of one program."""
_CALL = "c"
_OVER = {-signal.SIGALRM, -signal.SIGXCPU}
"""Exit codes of a process whose time was over."""


class Cells:
    """The programs of a matrix in Python.

    Args:
        matrix: the request's part with `programs`, `suites`, `calls` and `seconds`.
        limits: of one cell.
        execute: runs files once, within limits, in empty folders; returns the document of `watch.py`.
    """

    def __init__(
        self,
        matrix: dict[str, Any],
        limits: dict[str, Any],
        execute: Callable[[dict[str, str], dict[str, Any]], dict[str, Any]],
    ) -> None:
        self.matrix, self.limits, self.execute = matrix, limits, execute
        self.until = time.monotonic() + matrix["seconds"]

    def document(self) -> dict[str, Any]:
        """How each suite ended with each program (`cells`), and the text of each call's value (`values`)."""
        rows = [self._row(program) for program in self.matrix["programs"]]
        suites, calls = (range(len(self.matrix[name])) for name in ("suites", "calls"))
        return {
            "cells": [[row[f"{SUITE}{place}"] for place in suites] for row in rows],
            "values": [[_value(row[f"{_CALL}{place}"]) for place in calls] for row in rows],
        }

    def _row(self, program: str) -> dict[str, str]:
        """The answers of all cells of a program."""
        todo = {f"{SUITE}{place}": text for place, text in enumerate(self.matrix["suites"])}
        todo |= {f"{_CALL}{place}": text for place, text in enumerate(self.matrix["calls"])}
        answers = dict.fromkeys(todo, SKIPPED)
        while todo and time.monotonic() < self.until:
            settled = self._round(program, todo)
            answers |= settled
            todo = {name: text for name, text in todo.items() if name not in settled}
        return answers

    def _round(self, program: str, todo: dict[str, str]) -> dict[str, str]:
        """The answers that one process gives for a program."""
        each, cpu = self.limits["wall_seconds"], self.limits["cpu_seconds"]
        work = {"cells": todo, "seconds": each, "cpu_seconds": cpu}
        processes = len(todo) + 1
        limits = self.limits | {
            "wall_seconds": max(0.0, min(processes * each, self.until - time.monotonic())),
            "cpu_seconds": processes * cpu,
            "output_bytes": REPORT_BYTES,
        }
        document = self.execute({SOLUTION: program, TESTS: json.dumps(work)}, limits)
        said = dict(line.split(" ", 1) if " " in line else (line, "") for line in document["report"].splitlines())
        settled = {name: said[name] for name in todo if name in said}
        left = [name for name in todo if name not in settled]
        if not left or (REST in said and settled) or time.monotonic() >= self.until:
            return settled
        over = document["ended_by"] in {"timeout", "cpu"} or document["exit_code"] in _OVER
        if LOADED in said:
            return settled | {left[0]: TIMEOUT if over else FAILED}
        return settled | dict.fromkeys(left, TIMEOUT if over and BROKEN not in said else BROKEN)


def _value(answer: str) -> str:
    """The text of a call's value; empty if there was none."""
    return answer.removeprefix(VALUE).encode("ascii", "replace").decode("unicode_escape") if answer[:1] == VALUE else ""
