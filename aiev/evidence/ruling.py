"""What the arbiter's answers about one call come to.

Invariant: an answer counts only if more than half of all answers give it. Not covered: how the arbiter is asked
(`aiev_agents.roles.arbiter`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aiev.evidence.literals import is_literal, same_value
from aiev_agents.languages import PYTHON
from aiev_agents.roles.arbiter import ERROR, UNDETERMINED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_agents.roles.arbiter import Answer


class Outcome(StrEnum):
    """What becomes of a disputed test."""

    KEPT = "kept"
    CHANGED = "changed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The arbiter's word about one disputed call."""

    call: str
    expected: str
    """What the test expected."""
    proposed: str
    """What the programmer wrote instead, or what independent solutions give."""
    answers: tuple[str, ...]
    outcome: Outcome
    value: str
    """What the test expects from now on; empty when it goes."""
    reason: str
    """The arbiter's own words."""
    round: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For the record of the evidence."""
        return asdict(self) | {"outcome": str(self.outcome)}

    def in_words(self) -> str:
        """The turn of the dialogue that tells the programmer."""
        because = f" {self.reason}" if self.reason else ""
        match self.outcome:
            case Outcome.KEPT:
                word = f"`{self.call}` must give {self.expected}, so this test stays as it was: correct the program."
            case Outcome.CHANGED:
                word = f"`{self.call}` must give {self.value}, so this test is corrected."
            case Outcome.DROPPED:
                word = f"The exercise does not determine what `{self.call}` gives, so this test goes."
        return f"{word}{because}"


def ruling(
    call: str, expected: str, proposed: str, answers: Sequence[Answer], *, language: str = PYTHON, round_number: int = 0
) -> Ruling:
    """Count the answers about a disputed call."""
    value, reason = majority(answers, language)
    if value == UNDETERMINED or (value == ERROR and proposed != ERROR):
        outcome, value = Outcome.DROPPED, ""
    elif same_value(value, expected, language):
        outcome, value = Outcome.KEPT, expected
    elif same_value(value, proposed, language):
        outcome, value = Outcome.CHANGED, proposed
    elif language == PYTHON and is_literal(value):
        outcome = Outcome.CHANGED
    else:
        outcome, value = Outcome.DROPPED, ""
    given = tuple(answer.value for answer in answers)
    return Ruling(call, expected, proposed, given, outcome, value, reason, round_number)


def majority(answers: Sequence[Answer], language: str = PYTHON) -> tuple[str, str]:
    """The answer that more than half give, with the first reason for it; `undetermined` when there is none."""
    for answer in answers:
        same = [other for other in answers if same_value(answer.value, other.value, language)]
        if 2 * len(same) > len(answers):
            return answer.value, answer.reason
    return UNDETERMINED, ""
