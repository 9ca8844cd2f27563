"""Turns the supervisor's answer about a matrix into its typed result.

Invariant: what a program does never makes a result unreadable; a result without cells says why. Not covered: the
request, see `request.py`.
"""

from __future__ import annotations

from typing import Any

from aiev_interpreter.backends import outcome
from aiev_interpreter.matrix import Cell, Coverage, Matrix, MatrixResult
from aiev_interpreter.protocol import Job, Verdict


def sources(matrix: Matrix) -> Job:
    """The job that stands for a matrix where its packages, its language and its limits matter."""
    programs, tests = "\n".join(matrix.programs), "\n".join((*matrix.suites, *matrix.calls))
    return Job(programs, tests, matrix.language, matrix.requirements, matrix.limits)


def too_large(matrix: Matrix) -> MatrixResult | None:
    """The result when the files of a cell would fill the work folder; None when there is room."""
    largest = {"program": max(matrix.programs, key=len, default=""), "tests": "".join((*matrix.suites, *matrix.calls))}
    refused = outcome.too_large(largest, matrix.limits.disk_bytes)
    return MatrixResult(verdict=Verdict.INFRA, detail=refused.detail) if refused else None


def result_of(document: dict[str, Any] | None, *, oom: bool) -> MatrixResult:
    """The typed result, without the backend and the image.

    Args:
        document: what the supervisor wrote; None when the sandbox was killed at its outer deadline or memory limit.
        oom: whether the memory limit was seen from outside.
    """
    if document is None:
        detail = "the memory limit ended the sandbox" if oom else "the sandbox was killed at its outer deadline"
        return MatrixResult(verdict=Verdict.INFRA, detail=detail)
    matrix = document["matrix"]
    return MatrixResult(
        cells=tuple(tuple(map(_cell, row)) for row in matrix["cells"]),
        cpu_seconds=tuple(map(tuple, matrix["cpu_seconds"])),
        values=tuple(map(tuple, matrix["values"])),
        coverage=_coverage(matrix["coverage"]),
        wall_seconds=document["wall_seconds"],
    )


def _coverage(found: dict[str, Any] | None) -> Coverage | None:
    return Coverage(**found | {"missing": tuple(found["missing"])}) if found else None


def _cell(answer: str) -> Cell:
    """A cell by its name. What a program has forged stands for a failure."""
    return Cell(answer) if answer in list(Cell) else Cell.FAILED
