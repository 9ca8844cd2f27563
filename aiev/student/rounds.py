"""Rounds of the gate: each dialogue that counts (`split.evidence`) gets a place in one of them, for good.

Invariants: an item that has a place keeps it, also when its evidence turns bad later, so that evaluations stay
comparable and a test set never moves; a training leaves such an item out (`training_files.py`). A round works with its
own items and those of all rounds before it; the hashes of a round name its training and its test set, so that a change
of either is seen. Not covered: which items are tested; the split of seeds decides that (`aiev.dataset.split`), and it
never divides a group of near-duplicates.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from aiev.dataset.split import assign_splits
from aiev.errors import UsageError
from aiev.store.clock import now
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.student_records import RoundItemRecord, RoundRecord
from aiev.student.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiev.dataset.settings import SplitSettings
    from aiev.store.reading.student import StudentReader
    from aiev.store.student_records import AcceptedRecord
    from aiev.store.writing.student import StudentStore

TEACHING, SELF_LEARNING = "teaching", "self_learning"


async def current_round(store: StudentStore, reader: StudentReader, settings: SplitSettings) -> int:
    """Number of the last round; the first is frozen when there is none. Raises what `freeze_round` raises."""
    rounds = reader.rounds()
    return rounds[-1].number if rounds else await freeze_round(store, reader, settings)


async def freeze_round(
    store: StudentStore, reader: StudentReader, settings: SplitSettings, *, stage: str = TEACHING
) -> int:
    """Freeze a round with all dialogues that count and are in none, and return its number.

    Their seeds are added to the split first, so an item is in the same part as in every export.

    Raises:
        UsageError: there is no such dialogue.
    """
    accepted = reader.accepted(settings.evidence)
    if not accepted:
        raise UsageError(
            f"{reader.path} holds no accepted dialogue with split.evidence = {settings.evidence!r}; make some with "
            "`aiev teach`"
        )
    await asyncio.to_thread(assign_splits, reader.path, settings)
    part_of = {row.seed_id: row.split for row in DialogueReader(reader.db).splits()}
    record, items = next_round(accepted, reader.rounds(), part_of, stage=stage, frozen_at=now())
    await store.freeze_round(record, items)
    return record.number


def next_round(
    accepted: Sequence[AcceptedRecord],
    rounds: Sequence[RoundRecord],
    part_of: Mapping[str, str],
    *,
    stage: str,
    frozen_at: str,
) -> tuple[RoundRecord, list[RoundItemRecord]]:
    """The round that takes in every dialogue without a place.

    Args:
        accepted: all dialogues that count, those with a place included.
        rounds: all frozen rounds, in order.
        part_of: `train`, `test` or `held` for every seed.
        stage: who made the new dialogues, `TEACHING` or `SELF_LEARNING`.
        frozen_at: the time now.
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
