"""Scores of programs and tests that were run against each other: who passes what, weighed by each other.

A program is worth what the tests that it passes are worth, and a test what the programs that pass it are worth.
Invariant: scores are 0 to 1; without a single passed cell all are 0. Not covered: what is run (`gathering.py`).

Source: CodeDPO, arXiv 2410.05605, section 3.2 (self-validation score, after PageRank).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DAMPING, ROUNDS = 0.85, 10


@dataclass(frozen=True, slots=True)
class Scores:
    """By program, and by test."""

    programs: tuple[float, ...]
    tests: tuple[float, ...]


def scores(passed: Sequence[Sequence[bool]], *, damping: float = DAMPING, rounds: int = ROUNDS) -> Scores:
    """Score programs and tests.

    Args:
        passed: by program, then by test.
        damping: share that each round takes from the other side.
        rounds: how often scores are passed on.

    Returns:
        Scores, each side divided by its best.
    """
    columns = list(zip(*passed, strict=True))
    programs, tests = [1.0] * len(passed), [1.0] * len(columns)
    for _ in range(rounds):
        weighed = [(1 - damping) * own + damping * _sum(row, tests) for own, row in zip(programs, passed, strict=True)]
        tests = [
            (1 - damping) * own + damping * _sum(column, programs) for own, column in zip(tests, columns, strict=True)
        ]
        programs, tests = _scaled(weighed), _scaled(tests)
    linked = [any(row) for row in passed], [any(column) for column in columns]
    return Scores(_kept(programs, linked[0]), _kept(tests, linked[1]))


def _sum(links: Sequence[bool], values: Sequence[float]) -> float:
    return sum(value for link, value in zip(links, values, strict=True) if link)


def _scaled(values: list[float]) -> list[float]:
    best = max(values, default=0.0)
    return [value / best for value in values] if best else values


def _kept(values: list[float], linked: list[bool]) -> tuple[float, ...]:
    return tuple(value if link else 0.0 for value, link in zip(values, linked, strict=True))
