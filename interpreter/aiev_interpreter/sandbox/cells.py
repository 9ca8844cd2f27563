"""The cells of a matrix, program after program, within one time for all.

Invariants: each round of a program settles one of its cells at least, so a program that ends its process, leaves files
or processes, or kills whatever it can costs its own cell and a new process, and nobody else's; what the time did not
suffice for is skipped. Not covered: what happens inside a cell (`row.py`), and other languages.
"""

from __future__ import annotations

import contextlib
import json
import math
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
FACTOR, SLACK_SECONDS, LOADING_SECONDS = 10.0, 0.5, 2.0
"""A cell gets at most so many times the CPU time that the first program needed for the same, and so much more; the last
is that of loading a program, which may import what the first one did not."""
_OVER = {-signal.SIGALRM, -signal.SIGPROF, -signal.SIGXCPU}
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
        self.needed: dict[str, float] = {}
        """CPU seconds that the first program needed, by cell and for loading."""
        self.used: dict[str, float] = {}
        """CPU seconds of the program in progress, by cell that ran to an answer."""
        self.lines: list[int] = []
        self.hits = b""

    def document(self) -> dict[str, Any]:
        """How each suite ended with each program, its CPU time, the values of the calls, and the first's coverage."""
        programs = self.matrix["programs"]
        rows = [self._row(program, first=True) for program in programs[:1]]
        coverage = self._coverage() if self.matrix["coverage"] and rows else None
        rows += [self._row(program, first=False) for program in programs[1:]]
        suites, calls = (range(len(self.matrix[name])) for name in ("suites", "calls"))
        return {
            "cells": [[answers[f"{SUITE}{place}"] for place in suites] for answers, _ in rows],
            "cpu_seconds": [[used.get(f"{SUITE}{place}") for place in suites] for _, used in rows],
            "values": [[_value(answers[f"{_CALL}{place}"]) for place in calls] for answers, _ in rows],
            "coverage": coverage,
        }

    def _row(self, program: str, *, first: bool) -> tuple[dict[str, str], dict[str, float]]:
        """The answers of all cells of a program, and their CPU seconds."""
        self.used = {}
        calls = {f"{_CALL}{place}": text for place, text in enumerate(self.matrix["calls"])}
        return self._answers(program, self._suites() | calls, first=first), self.used

    def _suites(self) -> dict[str, str]:
        return {f"{SUITE}{place}": text for place, text in enumerate(self.matrix["suites"])}

    def _coverage(self) -> dict[str, Any] | None:
        """What of the first program ran under all suites, which run once more, traced; None if it was never loaded."""
        self._answers(self.matrix["programs"][0], self._suites(), first=True, traced=True)
        if not self.hits:
            return None
        lines, ways = self.hits[: len(self.lines)], self.hits[len(self.lines) :]
        return {
            "lines": len(lines),
            "lines_run": sum(lines),
            "branches": len(ways),
            "branches_run": sum(ways),
            "missing": [line for line, ran in zip(self.lines, lines, strict=False) if not ran],
        }

    def _answers(self, program: str, todo: dict[str, str], *, first: bool, traced: bool = False) -> dict[str, str]:
        """The answers of some cells of a program."""
        answers = dict.fromkeys(todo, SKIPPED)
        while todo and time.monotonic() < self.until:
            settled = self._round(program, todo, first=first, traced=traced)
            answers |= settled
            todo = {name: text for name, text in todo.items() if name not in settled}
        return answers

    def _round(self, program: str, todo: dict[str, str], *, first: bool, traced: bool) -> dict[str, str]:
        """The answers that one process gives for a program."""
        each, most = self.limits["wall_seconds"], self.limits["cpu_seconds"]
        cpu = {name: min(most, self._patience(name)) if not first else most for name in (LOADED, *todo)}
        work = {"cells": todo, "seconds": each, "cpu_seconds": cpu, "traced": traced}
        limits = self.limits | {
            "wall_seconds": max(0.0, min(len(cpu) * each, self.until - time.monotonic())),
            "cpu_seconds": sum(cpu.values()) + SLACK_SECONDS,
            "output_bytes": REPORT_BYTES,
        }
        document = self.execute({SOLUTION: program, TESTS: json.dumps(work)}, limits)
        said = {name: words for name, _, words in (line.partition(" ") for line in document["report"].split("\n"))}
        if first and not traced:
            self.needed |= {name: _seconds(said[name]) for name in (LOADED, *todo) if name in said}
        with contextlib.suppress(KeyError, ValueError):  # forged
            self._note(said)
        settled = {name: said[name].partition(" ")[2] for name in todo if name in said}
        self.used |= {name: used for name in settled if math.isfinite(used := _seconds(said[name]))}
        left = [name for name in todo if name not in settled]
        if not left or (REST in said and settled) or time.monotonic() >= self.until:
            return settled
        over = is_over(document)
        if LOADED in said:
            return settled | {left[0]: TIMEOUT if over else FAILED}
        return settled | dict.fromkeys(left, TIMEOUT if over and BROKEN not in said else BROKEN)

    def _patience(self, name: str) -> float:
        """CPU seconds that a program other than the first gets for a cell, or for loading."""
        if name not in self.needed:
            return math.inf
        return FACTOR * self.needed[name] + (LOADING_SECONDS if name == LOADED else SLACK_SECONDS)

    def _note(self, said: dict[str, str]) -> None:
        """Add what a process has run of a program that is traced."""
        if HITS in said:
            self.lines = [int(line) for line in said[LINES].split()]
            hits = bytes.fromhex(said[HITS])
            self.hits = bytes(map(max, self.hits or hits, hits))


def is_over(document: dict[str, Any]) -> bool:
    """Whether a run was ended because its time was over."""
    return document["ended_by"] in {"timeout", "cpu"} or document["exit_code"] in _OVER


def _seconds(words: str) -> float:
    """The figure that an answer begins with; without bound if it does not."""
    try:
        return float(words.partition(" ")[0])
    except ValueError:
        return math.inf


def _value(answer: str) -> str:
    """The text of a call's value; empty if there was none."""
    text = answer.removeprefix(VALUE) if answer.startswith(VALUE) else ""
    return text.encode("ascii", "replace").decode("unicode_escape", "replace")
