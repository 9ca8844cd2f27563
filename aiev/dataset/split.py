"""Divides seeds into training and test, once and for good.

Invariants: a seed that is in a split stays there; all conversations of a seed are in the same split; a group of
near-duplicates is never divided between training and test; within each language the share of test seeds is
`split.test_share` as closely as whole groups allow. Who is tested is decided by a hash of the seed's content and a
salt, so the same dialogues give the same split in whatever order they were written.

Source: AutoCoder, arXiv 2405.14906 (1:9 test to train).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiev.dataset.near_duplicates import PROSE, Groups, MinHashPairs
from aiev.store.dialogues import DialogueReader
from aiev.store.records import SplitRecord
from aiev.store.writer import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from aiev.config import SplitConfig
    from aiev.dataset.near_duplicates import NearDuplicates
    from aiev.store.dialogues import DialogueRecord

ACCEPTED = ("accepted",)


@dataclass(slots=True)
class Candidate:
    """A seed, with the problems and programs that were made from it."""

    seed_id: str
    content_hash: str
    language: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    """Each with its language."""


@dataclass(frozen=True, slots=True)
class SplitSummary:
    """What there is after freezing."""

    added: int
    """Seeds that were frozen now."""
    seeds: dict[str, dict[str, int]]
    """Seeds by language and split."""


def freeze(
    path: Path, settings: SplitConfig, *, statuses: Collection[str] = ACCEPTED, near: NearDuplicates | None = None
) -> SplitSummary:
    """Put the seeds of all conversations of these statuses into a split, unless they are in one.

    Raises:
        StoreError: the database cannot be read or written.
    """
    with DialogueReader(path) as reader:
        frozen = reader.splits()
        candidates = seeds_of(record for record in reader.dialogues() if record.status in statuses)
    rows = divide(candidates, frozen, settings, near or MinHashPairs(settings.similarity))
    if rows:
        with Store.open(path) as store:
            asyncio.run(store.freeze_splits(rows))
    counts: dict[str, Counter[str]] = {}
    for row in [*frozen, *rows]:
        counts.setdefault(row.language, Counter())[row.split] += 1
    return SplitSummary(added=len(rows), seeds={name: dict(counts[name]) for name in sorted(counts)})


def seeds_of(dialogues: Iterable[DialogueRecord]) -> list[Candidate]:
    """Seeds with their texts, in the order of their content's hash."""
    found: dict[str, Candidate] = {}
    for record in dialogues:
        content_hash = hashlib.sha256(record.seed.content.encode()).hexdigest()
        candidate = found.setdefault(record.seed.id, Candidate(record.seed.id, content_hash, record.language))
        candidate.language = min(candidate.language, record.language)
        candidate.texts += [(record.problem, PROSE), (record.program, record.language)]
    return sorted(found.values(), key=lambda candidate: (candidate.content_hash, candidate.seed_id))


def divide(
    candidates: Sequence[Candidate], frozen: Sequence[SplitRecord], settings: SplitConfig, near: NearDuplicates
) -> list[SplitRecord]:
    """Rows for the candidates that are in no split yet.

    Args:
        candidates: all seeds, those that are frozen included.
        frozen: what was decided before.
        settings: share, salt, similarity.
        near: what counts as a near-duplicate.
    """
    known = {row.seed_id: row for row in frozen}
    groups = _groups(candidates, near)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new: dict[int, list[Candidate]] = {}
    ties: dict[int, list[SplitRecord]] = {}
    for position, candidate in enumerate(candidates):
        group = groups.of(position)
        if row := known.get(candidate.seed_id):
            ties.setdefault(group, []).append(row)
        else:
            new.setdefault(group, []).append(candidate)
    chosen = _tied(new, ties)
    chosen |= _drawn({group: seeds for group, seeds in new.items() if group not in chosen}, candidates, known, settings)
    return [
        SplitRecord(
            seed_id=candidate.seed_id,
            split=chosen[group],
            group_id=ties[group][0].group_id if group in ties else candidates[group].content_hash,
            language=candidate.language,
            salt=settings.salt,
            frozen_at=now,
        )
        for group, seeds in sorted(new.items())
        for candidate in seeds
    ]


def _groups(candidates: Sequence[Candidate], near: NearDuplicates) -> Groups:
    """Seeds are in one group when a problem or a program of one is near to one of the other."""
    groups = Groups(len(candidates))
    owners = [position for position, candidate in enumerate(candidates) for _ in candidate.texts]
    for one, other in near.pairs(text for candidate in candidates for text in candidate.texts):
        groups.join(owners[one], owners[other])
    by_content: dict[str, int] = {}
    for position, candidate in enumerate(candidates):
        groups.join(by_content.setdefault(candidate.content_hash, position), position)
    return groups


def _tied(new: dict[int, list[Candidate]], ties: dict[int, list[SplitRecord]]) -> dict[int, str]:
    """Groups that hold frozen seeds go where those are; between training and test they are held back."""
    chosen = {}
    for group in new.keys() & ties.keys():
        splits = {row.split for row in ties[group]}
        chosen[group] = splits.pop() if len(splits) == 1 else "held"
    return chosen


def _drawn(
    groups: dict[int, list[Candidate]],
    candidates: Sequence[Candidate],
    known: dict[str, SplitRecord],
    settings: SplitConfig,
) -> dict[int, str]:
    """Draw test groups, lowest hash first, until each language has its share; the others are for training."""
    totals = Counter(candidate.language for candidate in candidates)
    tested = Counter(row.language for row in known.values() if row.split == "test")
    quota = {name: int(total * settings.test_share + 0.5) - tested[name] for name, total in totals.items()}
    chosen = {}
    for group in sorted(groups, key=lambda group: _rank(candidates[group].content_hash, settings.salt)):
        sizes = Counter(candidate.language for candidate in groups[group])
        fits = all(quota[language] >= size for language, size in sizes.items())
        chosen[group] = "test" if fits else "train"
        if fits:
            for language, size in sizes.items():
                quota[language] -= size
    return chosen


def _rank(content_hash: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{content_hash}".encode()).hexdigest()
