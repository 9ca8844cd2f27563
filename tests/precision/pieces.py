"""Pieces of evidence, each as the only judge, and the thresholds that are chosen by them.

Invariants: a dialogue is kept only if it passed its own tests; a piece that was not measured keeps nothing at any
threshold. Thresholds are chosen on `TUNED_ON` alone. Not covered: what a contradicted dialogue would have become under
other thresholds, since it went on with its repairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from precision.counting import score
from precision.problems import TUNED_ON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from precision.counting import Score
    from precision.outcomes import Dialogue

    from aiev.store.records import EvidenceRecord

ENOUGH_PRECISION, ENOUGH_RECALL = 0.95, 0.70


def _share(part: int | None, whole: int | None) -> float | None:
    return (part or 0) / whole if whole else None


PIECES: dict[str, Callable[[EvidenceRecord], float | None]] = {
    "mutation score": lambda one: _share(one.mutants_killed, one.mutants),
    "agreement": lambda one: _share(one.alternatives_agreeing, one.alternatives),
    "independent tests": lambda one: _share(one.suites_passed, one.suites),
    "no test changed": lambda one: float(not one.tests_changed + one.tests_dropped),
    "stable": lambda one: float(one.stable),
    "coverage of lines": lambda one: _share(one.lines_run, one.lines),
}
"""By name: a figure from 0 to 1, or None where it was not measured."""


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold of a curve."""

    threshold: float
    score: Score


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Both thresholds of `verified`, and what they come to on the set that they were chosen on."""

    mutation_score: float
    agreement: float
    tuned: Score


def curve(dialogues: Sequence[Dialogue], piece: str) -> list[Point]:
    """Precision and recall of one piece at each of its values, the most lenient first."""
    values = {value for one in dialogues if one.evidence and (value := PIECES[piece](one.evidence)) is not None}
    return [Point(value, score(dialogues, partial(_reaches, piece, value))) for value in sorted(values)]


def choose(dialogues: Sequence[Dialogue]) -> Thresholds | None:
    """The highest recall with enough precision, else the best precision with enough recall; None where neither is had.

    Of thresholds that come to the same, the lowest are taken.
    """
    tuned = [one for one in dialogues if one.set == TUNED_ON]
    grid = product(_values(tuned, "mutation score"), _values(tuned, "agreement"))
    found = [Thresholds(*pair, score(tuned, partial(verified, *pair))) for pair in grid]
    precise = [one for one in found if one.tuned.precision.of and one.tuned.precision.value >= ENOUGH_PRECISION]
    if precise:
        return max(precise, key=lambda one: (one.tuned.recall.hits, one.tuned.precision.value))
    recalled = [one for one in found if one.tuned.recall.of and one.tuned.recall.value >= ENOUGH_RECALL]
    return max(recalled, key=lambda one: (one.tuned.precision.value, one.tuned.recall.hits), default=None)


def verified(mutation_score: float, agreement: float, one: Dialogue) -> bool:
    """Whether a dialogue would be verified under these thresholds.

    As in `aiev.evidence`, mutants hold nothing back where there were none.
    """
    found = one.evidence
    if not one.passed or found is None or not found.stable or found.agreement == "contradicted":
        return False
    killed, agreeing = PIECES["mutation score"](found), PIECES["agreement"](found)
    enough = killed is None or killed >= mutation_score
    return enough and (agreeing or 0.0) >= agreement and not found.detail.get("problem")


def _reaches(piece: str, threshold: float, one: Dialogue) -> bool:
    value = PIECES[piece](one.evidence) if one.evidence and one.passed else None
    return value is not None and value >= threshold


def _values(dialogues: Sequence[Dialogue], piece: str) -> list[float]:
    """The thresholds that can make a difference, 0 among them."""
    measured = [PIECES[piece](one.evidence) for one in dialogues if one.evidence]
    return sorted({0.0, *(value for value in measured if value is not None)})
