"""Divides groups of seeds between training and test.

Invariants: a seed that is in a split stays there; a group of near-duplicates is never divided between training and
test; within each language the share of test seeds is `split.test_share` as closely as whole groups allow. The test
seeds are drawn by a hash of the seed's content and a salt, so the order of writing does not matter.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiev.store.records import SplitRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.dataset.groups import Groups
    from aiev.dataset.settings import SplitSettings


@dataclass(frozen=True, slots=True)
class Candidate:
    """A seed that takes part in the division."""

    seed_id: str
    content_hash: str
    language: str


def divide(
    candidates: Sequence[Candidate], groups: Groups, assigned: Sequence[SplitRecord], settings: SplitSettings
) -> list[SplitRecord]:
    """Rows for the candidates that are in no split yet.

    Args:
        candidates: all seeds, assigned ones included.
        groups: which of them belong together, by their positions.
        assigned: the rows of seeds that are in a split.
        settings: share and salt.
    """
    known = {row.seed_id: row for row in assigned}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new: dict[int, list[Candidate]] = {}
    ties: dict[int, list[SplitRecord]] = {}
    for position, candidate in enumerate(candidates):
        group = groups.of(position)
        if row := known.get(candidate.seed_id):
            ties.setdefault(group, []).append(row)
        else:
            new.setdefault(group, []).append(candidate)
    split_of = _tied(new, ties)
    free = {group: seeds for group, seeds in new.items() if group not in split_of}
    split_of |= _drawn(free, candidates, known, settings)
    return [
        SplitRecord(
            seed_id=candidate.seed_id,
            split=split_of[group],
            group_id=ties[group][0].group_id if group in ties else candidates[group].content_hash,
            language=candidate.language,
            salt=settings.salt,
            frozen_at=now,
        )
        for group, seeds in sorted(new.items())
        for candidate in seeds
    ]


def _tied(new: dict[int, list[Candidate]], ties: dict[int, list[SplitRecord]]) -> dict[int, str]:
    """Groups with assigned seeds go where those are; groups near to both training and test are held back."""
    split_of = {}
    for group in new.keys() & ties.keys():
        splits = {row.split for row in ties[group]}
        split_of[group] = splits.pop() if len(splits) == 1 else "held"
    return split_of


def _drawn(
    groups: dict[int, list[Candidate]],
    candidates: Sequence[Candidate],
    known: dict[str, SplitRecord],
    settings: SplitSettings,
) -> dict[int, str]:
    """Draw test groups, lowest hash first, until each language has its share; the others are for training."""
    totals = Counter(candidate.language for candidate in candidates)
    tested = Counter(row.language for row in known.values() if row.split == "test")
    quota = {name: int(total * settings.test_share + 0.5) - tested[name] for name, total in totals.items()}
    split_of = {}
    for group in sorted(groups, key=lambda group: _rank(candidates[group].content_hash, settings.salt)):
        sizes = Counter(candidate.language for candidate in groups[group])
        fits = all(quota[language] >= size for language, size in sizes.items())
        split_of[group] = "test" if fits else "train"
        if fits:
            for language, size in sizes.items():
                quota[language] -= size
    return split_of


def _rank(content_hash: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{content_hash}".encode()).hexdigest()
