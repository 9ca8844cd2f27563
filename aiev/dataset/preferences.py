"""The preference pairs of a sample: repairs of a dialogue, and programs that were sampled apart and ran against tests.

Invariant: both sides answer the same prompt. Of a repair the scores are 1 and 0: the tests passed, or did not. Not
covered: prose of a repair that mentions the failure, which the prompt does not show yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING

from aiev.dataset.sample import Turn
from aiev_agents.fences import fenced
from aiev_agents.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.dataset.sample import Sample

REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two answers."""

    turn: Turn
    score: float | None
    model: str


@dataclass(frozen=True, slots=True)
class Preference:
    """An answer that is preferred to another one."""

    prompt: tuple[Turn, ...]
    chosen: Side
    rejected: Side
    kind: str
    """`repair`, `correctness` or `efficiency`."""
    gap: float
    """0 to 1; see `aiev.preference.pair`."""
    rule: str


def preferences(sample: Sample) -> Iterator[Preference]:
    """All pairs of a sample."""
    return chain(repairs(sample), sampled(sample))


def repairs(sample: Sample) -> Iterator[Preference]:
    """One pair for each failed turn of a dialogue that was repaired; none where both say the same."""
    chosen = next((turn for turn in sample.turns if turn.passed), None)
    for position, turn, verdict in tried(sample):
        if chosen and not turn.passed and turn.content != chosen.content:
            sides = Side(chosen, 1.0, sample.model), Side(turn, 0.0, sample.model)
            yield Preference(sample.turns[:position], *sides, REPAIR, 1.0, f"passes its tests; before: {verdict}")


def tried(sample: Sample) -> Iterator[tuple[int, Turn, str]]:
    """The programmer's turns with their places and the verdicts on them."""
    turns = ((position, turn) for position, turn in enumerate(sample.turns) if turn.passed is not None)
    for (position, turn), verdict in zip(turns, chain(sample.verdicts, repeat("")), strict=False):
        yield position, turn, verdict


def sampled(sample: Sample) -> Iterator[Preference]:
    """One pair for each that a matrix of programs and tests gave."""
    for one in sample.pairs:
        better, worse = (
            Turn("assistant", fenced(text.strip(), LANGUAGES[sample.language].fence), passed=passed)
            for text, passed in ((one.chosen, True), (one.rejected, False))
        )
        yield Preference(
            (Turn("user", sample.problem),),
            Side(better, one.chosen_score, one.chosen_model),
            Side(worse, one.rejected_score, one.rejected_model),
            one.kind,
            one.gap,
            one.rule,
        )
