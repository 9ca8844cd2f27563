"""Scores of programs and tests that were run against each other: who passes what, weighed by each other.

A program is worth what the tests that it passes are worth, and a test what the programs that pass it are worth.
Invariant: scores are 0 to 1; without a single passed cell all are 0. A missing cell speaks neither for nor against: its
row or column counts as if it passed there as often as elsewhere. Not covered: what is run (`gathering.py`).

Source: CodeDPO, arXiv 2410.05605, section 3.2 (self-validation score, after PageRank).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Passed = Sequence[Sequence[bool | None]]
    """By program, then by test; None where it is not known."""

DAMPING, ROUNDS = 0.85, 10


@dataclass(frozen=True, slots=True)
class Scores:
    """By program, and by test."""

    programs: tuple[float, ...]
    tests: tuple[float, ...]


def scores(passed: Passed, *, damping: float = DAMPING, rounds: int = ROUNDS) -> Scores:
    """Score programs and tests, which all start at 1.

    After each round both sides are divided by one number, so that nothing overflows and no rank changes.

    Args:
        passed: by program, then by test.
        damping: share that each round takes from the other side.
        rounds: how often scores are passed on.

    Returns:
        Scores, each side divided by its best.
    """
    columns = list(zip(*passed, strict=True))
    found = Scores((1.0,) * len(passed), (1.0,) * len(columns))
    for _ in range(rounds):
        found = judged(passed, found, damping=damping)
        best = max((*found.programs, *found.tests), default=0.0)
        found = Scores(_divided(found.programs, best), _divided(found.tests, best))
    return Scores(_kept(found.programs, passed), _kept(found.tests, columns))


def judged(passed: Passed, before: Scores, *, damping: float) -> Scores:
    """One round: what each side is worth by the other's scores before it."""
    sides = (passed, before.programs, before.tests), (tuple(zip(*passed, strict=True)), before.tests, before.programs)
    return Scores(*(
        tuple(
            (1 - damping) * own + damping * _received(links, others)
            for own, links in zip(side, cells, strict=True)
        )
        for cells, side, others in sides
    ))  # fmt: skip


def _received(links: Sequence[bool | None], values: Sequence[float]) -> float:
    """What is passed on over links; the missing ones pass on the share that the others do."""
    pairs = list(zip(links, values, strict=True))
    known = sum(value for link, value in pairs if link is not None)
    return sum(value for link, value in pairs if link) * (sum(values) / known) if known else 0.0


def _divided(values: tuple[float, ...], best: float) -> tuple[float, ...]:
    return tuple(value / best for value in values) if best else values


def _kept(values: tuple[float, ...], links: Passed) -> tuple[float, ...]:
    """Values divided by their best, 0 for what has no link."""
    linked = tuple(value if any(link) else 0.0 for value, link in zip(values, links, strict=True))
    return _divided(linked, max(linked, default=0.0))
