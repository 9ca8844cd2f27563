"""Rounds of the gate: where each accepted dialogue goes, for good.

Invariants: an item that has a place keeps it; a round works with its own items and those of all rounds before it; the
hashes of a round name its training and its test set, so that a change of either would be seen. Who is tested is decided
by the split of seeds (`aiev.dataset.split`), which never divides a group of near-duplicates.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aiev.store.student_records import RoundItemRecord, RoundRecord
from aiev.student.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiev.store.student_records import AcceptedRecord

TEACHING, SELF_LEARNING = "teaching", "self_learning"


def next_round(
    accepted: Sequence[AcceptedRecord],
    rounds: Sequence[RoundRecord],
    part_of: Mapping[str, str],
    *,
    stage: str,
    frozen_at: str,
) -> tuple[RoundRecord, list[RoundItemRecord]]:
    """The round that takes in every dialogue which has no place yet.

    Args:
        accepted: all accepted dialogues.
        rounds: those that are frozen, in order.
        part_of: `train`, `test` or `held` for every seed.
        stage: who made the new ones.
        frozen_at: now.
    """
    number = len(rounds) + 1
    items = [RoundItemRecord(one.id, number, part_of[one.seed_id]) for one in accepted if not one.part]
    placed = {one.id: one.part for one in accepted} | {item.conversation_id: item.part for item in items}
    record = RoundRecord(
        number=number,
        stage=stage,
        accepted=len(accepted),
        train_hash=_hash(key for key, part in placed.items() if part == "train"),
        test_hash=_hash(key for key, part in placed.items() if part == "test"),
        frozen_at=frozen_at,
    )
    return record, items


def items_of(accepted: Iterable[AcceptedRecord], number: int, part: str) -> list[AcceptedRecord]:
    """Dialogues that a round works with, those of earlier rounds included."""
    return [one for one in accepted if one.part == part and one.round <= number]


def problems_of(items: Iterable[AcceptedRecord]) -> list[Problem]:
    """The dialogues' questions with their final tests."""
    return [
        Problem(
            id=one.id,
            question=one.problem,
            tests=one.tests,
            language=one.language,
            requirements=one.requirements,
        )
        for one in items
    ]


def _hash(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
