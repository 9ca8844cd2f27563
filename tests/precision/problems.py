"""Problems of benchmarks, in the form that a dialogue begins with, and the tests that no prompt ever sees.

Invariant: the draw depends on names alone, so a larger draw holds the smaller one, and a run can be extended. A problem
whose fault is known (`faults.py`) is not drawn.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from precision.faults import FAULTS

from aiev.errors import UsageError
from aiev.student.benchmark_files import load_benchmark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiev.student.problems import Problem

HERE = Path(__file__).parent
SETS = ("HumanEval", "MBPP")
TUNED_ON = "HumanEval"
"""Thresholds are chosen on this set alone."""


def set_of(name: str) -> str:
    """The set that a problem called `HumanEval/3` is from."""
    return name.partition("/")[0]


def all_problems(mbpp: Path) -> tuple[list[Problem], list[str]]:
    """Every problem of both sets, and what is missing, in words."""
    found, missing = list["Problem"](), list[str]()
    for name, data in (("humaneval", ""), ("mbpp", str(mbpp))):
        try:
            found += load_benchmark(str(HERE / f"{name}.toml"), data=data)[1]
        except UsageError as error:
            missing.append(f"{name} is skipped: {error}")
    return found, missing


def drawn(problems: Iterable[Problem], number: int) -> list[Problem]:
    """The first `number` sound problems of each set, in the order of the hashes of their names."""

    def rank(problem: Problem) -> str:
        return hashlib.sha256(problem.id.encode()).hexdigest()

    ranked = sorted((problem for problem in problems if problem.id not in FAULTS), key=rank)
    return [one for name in SETS for one in [each for each in ranked if set_of(each.id) == name][:number]]


def write_problems(problems: Sequence[Problem], path: Path) -> None:
    """Write what a dialogue is given, as rows with `id` and `problem`; nothing else of the benchmark is in them."""
    rows = [{"id": problem.id, "problem": problem.question} for problem in problems]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
