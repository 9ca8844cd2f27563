"""Rounds of the gate: where each accepted dialogue goes, for good.

Invariants: an item that has a place keeps it; a round works with its own items and those of all rounds before it; the
hashes of a round name its training and its test set, so that a change of either would be seen. Who is tested is decided
by a `Divide`, which also sees to near-duplicates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from aiev.store.student_records import AcceptedRecord, RoundItemRecord, RoundRecord
from aiev.student.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

Divide = Callable[[Sequence[AcceptedRecord]], Mapping[str, str]]
"""Part (`train`, `test` or `held`) of every seed that the records come from; a seed that has one keeps it."""
TEACHING, SELF_LEARNING = "teaching", "self_learning"


def next_round(
    accepted: Sequence[AcceptedRecord], rounds: Sequence[RoundRecord], divide: Divide, *, stage: str, frozen_at: str
) -> tuple[RoundRecord, list[RoundItemRecord]]:
    """The round that takes in every dialogue which has no place yet.

    Args:
        accepted: all accepted dialogues.
        rounds: those that are frozen, in order.
        divide: says which seeds are for testing.
        stage: who made the new ones.
        frozen_at: now.
    """
    number = len(rounds) + 1
    part_of = divide(accepted)
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


def by_hash(test_share: float, salt: str = "aiev") -> Divide:
    """Divides by a hash of the seed's content alone, within each language; seeds of equal content stay together."""

    def divide(accepted: Sequence[AcceptedRecord]) -> dict[str, str]:
        parts = {one.seed_id: one.part for one in accepted if one.part}
        for language in sorted({one.language for one in accepted}):
            contents = {one.seed_id: one.seed_content for one in accepted if one.language == language}
            _divide_stratum(contents, parts, test_share, salt)
        return parts

    return divide


def _divide_stratum(contents: Mapping[str, str], parts: dict[str, str], test_share: float, salt: str) -> None:
    """Fill up the test part to its share, lowest hash first; the others are for training."""
    known = {contents[seed]: part for seed, part in parts.items() if seed in contents}
    wanted = round(len(contents) * test_share) - sum(parts.get(seed) == "test" for seed in contents)
    for seed in sorted(contents.keys() - parts.keys(), key=lambda seed: _rank(contents[seed], salt)):
        part = known.get(contents[seed]) or ("test" if wanted > 0 else "train")
        wanted -= part == "test"
        parts[seed] = known[contents[seed]] = part


def _rank(content: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{content}".encode(errors="surrogatepass")).hexdigest()


def _hash(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
