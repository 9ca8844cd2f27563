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

from aiev_interpreter.sandbox.row import BROKEN, FAILED, HITS, LINES, LOADED, REST, SUITE, TIMEOUT, VALUE
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
        matrix: the request's part with `programs`, `suites`, `calls`, `seconds` and `coverage`.
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
        self.lines: list[int] = []
        self.hits = b""

    def document(self) -> dict[str, Any]:
        """How each suite ended with each program, the text of each call's value, and the first program's coverage."""
        rows = [self._row(program) for program in self.matrix["programs"]]
        suites, calls = (range(len(self.matrix[name])) for name in ("suites", "calls"))
        return {
            "cells": [[row[f"{SUITE}{place}"] for place in suites] for row in rows],
            "values": [[_value(row[f"{_CALL}{place}"]) for place in calls] for row in rows],
            "coverage": self._coverage() if self.matrix["coverage"] and rows else None,
        }

    def _row(self, program: str) -> dict[str, str]:
        """The answers of all cells of a program."""
        calls = {f"{_CALL}{place}": text for place, text in enumerate(self.matrix["calls"])}
        return self._answers(program, self._suites() | calls)

    def _suites(self) -> dict[str, str]:
        return {f"{SUITE}{place}": text for place, text in enumerate(self.matrix["suites"])}

    def _coverage(self) -> dict[str, Any] | None:
        """What of the first program ran under all suites, which run once more, traced; None if it was never loaded."""
        self._answers(self.matrix["programs"][0], self._suites(), traced=True)
        if not self.hits:
            return None
        lines, ways = self.hits[: len(self.lines)], self.hits[len(self.lines) :]
        return {
            "lines": len(lines),
            "lines_run": sum(lines),
            "branches": len(ways),
            "branches_run": sum(ways),
            "missing": [line for line, ran in zip(self.lines, lines, strict=True) if not ran],
        }

    def _answers(self, program: str, todo: dict[str, str], *, traced: bool = False) -> dict[str, str]:
        """The answers of some cells of a program."""
        answers = dict.fromkeys(todo, SKIPPED)
        while todo and time.monotonic() < self.until:
            settled = self._round(program, todo, traced=traced)
            answers |= settled
            todo = {name: text for name, text in todo.items() if name not in settled}
        return answers

    def _round(self, program: str, todo: dict[str, str], *, traced: bool) -> dict[str, str]:
        """The answers that one process gives for a program."""
        each, cpu = self.limits["wall_seconds"], self.limits["cpu_seconds"]
        work = {"cells": todo, "seconds": each, "cpu_seconds": cpu, "traced": traced}
        processes = len(todo) + 1
        limits = self.limits | {
            "wall_seconds": max(0.0, min(processes * each, self.until - time.monotonic())),
            "cpu_seconds": processes * cpu,
            "output_bytes": REPORT_BYTES,
        }
        document = self.execute({SOLUTION: program, TESTS: json.dumps(work)}, limits)
        said = dict(line.split(" ", 1) if " " in line else (line, "") for line in document["report"].splitlines())
        self._note(said)
        settled = {name: said[name] for name in todo if name in said}
        left = [name for name in todo if name not in settled]
        if not left or (REST in said and settled) or time.monotonic() >= self.until:
            return settled
        over = is_over(document)
        if LOADED in said:
            return settled | {left[0]: TIMEOUT if over else FAILED}
        return settled | dict.fromkeys(left, TIMEOUT if over and BROKEN not in said else BROKEN)

    def _note(self, said: dict[str, str]) -> None:
        """Add what a process has run of a program that is traced."""
        if HITS in said:
            self.lines = [int(line) for line in said[LINES].split()]
            hits = bytes.fromhex(said[HITS])
            self.hits = bytes(map(max, self.hits or hits, hits))


def is_over(document: dict[str, Any]) -> bool:
    """Whether a run was ended because its time was over."""
    return document["ended_by"] in {"timeout", "cpu"} or document["exit_code"] in _OVER


def _value(answer: str) -> str:
    """The text of a call's value; empty if there was none."""
    return answer.removeprefix(VALUE).encode("ascii", "replace").decode("unicode_escape") if answer[:1] == VALUE else ""
