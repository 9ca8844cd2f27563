"""Guards against collapse: limits for a student that learns from dialogues which students made.

A student that is trained on its own dialogues can narrow down to a few problems that it can solve, or forget what it
could solve. So the problems of a round must stay diverse and unlike each other, enough dialogues must be accepted, and
the first test problems must be solved about as well as the best student solved them.

Invariant: a guard is a pure function of figures and a limit; a trip names both in words. Not covered: whether problems
are interesting.

Sources: Li et al., "A Diversity-Promoting Objective Function for Neural Conversation Models", arXiv 1510.03055
(distinct-n); Shumailov et al., "AI models collapse when trained on recursively generated data", Nature 631 (2024).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aiev.student.settings import StudentSettings

GRAM = 4
MIN_ENDED = 20
"""Dialogues of a run that must have ended before its acceptance means anything."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class GuardFigures:
    """Figures of a round of self-learning; None where there is nothing to measure."""

    acceptance: float | None = None
    """Share of accepted among ended dialogues."""
    diversity: float | None = None
    """Distinct 4-grams among all 4-grams of the round's problems."""
    near_duplicates: float | None = None
    """Share of problems that repeat an earlier one of the round."""
    guard_score: float | None = None
    """pass@1 of this student on the guard set."""
    best_guard_score: float | None = None
    """Highest of the students of earlier rounds."""


def trips(figures: GuardFigures, limits: StudentSettings) -> list[str]:
    """Each figure that is beyond its limit, in words."""
    tripped = []
    if figures.acceptance is not None and figures.acceptance < limits.min_acceptance:
        tripped.append(f"acceptance {figures.acceptance:.2f} is below {limits.min_acceptance:g}")
    if figures.diversity is not None and figures.diversity < limits.min_diversity:
        tripped.append(f"diversity {figures.diversity:.2f} is below {limits.min_diversity:g}")
    if figures.near_duplicates is not None and figures.near_duplicates > limits.max_near_duplicates:
        tripped.append(f"near-duplicates {figures.near_duplicates:.2f} are above {limits.max_near_duplicates:g}")
    if figures.guard_score is not None and figures.best_guard_score is not None:
        least = figures.best_guard_score - limits.guard_drop
        if figures.guard_score < least:
            tripped.append(f"guard set {figures.guard_score:.3f} is below {least:.3f}")
    return tripped


def guards_json(figures: GuardFigures, limits: StudentSettings) -> dict[str, Any]:
    """Figures and trips as they are stored with a decision."""
    return asdict(figures) | {"trips": trips(figures, limits)}


def acceptance(statuses: Mapping[str, int]) -> float | None:
    """Share of accepted dialogues; None before `MIN_ENDED` have ended."""
    accepted, discarded = statuses.get("accepted", 0), statuses.get("discarded", 0)
    ended = accepted + discarded
    return accepted / ended if ended >= MIN_ENDED else None


def diversity(texts: Sequence[str]) -> float | None:
    """Distinct-4 over all texts together, 0 to 1; None without a 4-gram."""
    grams = [gram for text in texts for gram in _grams(text)]
    return len(set(grams)) / len(grams) if grams else None


def near_duplicate_share(pairs: Collection[tuple[int, int]], count: int) -> float | None:
    """Share of texts that repeat an earlier one, from pairs of near-duplicates by position; None without texts."""
    return len({max(pair) for pair in pairs}) / count if count else None


def _grams(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return [tuple(words[start : start + GRAM]) for start in range(len(words) - GRAM + 1)]
