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
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiev.dataset.groups import Groups
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.pairs import near_duplicate_pairs
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.records import SplitRecord
from aiev.store.writing.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from aiev.dataset.settings import SplitSettings
    from aiev.store.reading.dialogues import DialogueRecord

ACCEPTED = ("accepted",)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A seed that takes part in the division."""

    seed_id: str
    content_hash: str
    language: str


@dataclass(frozen=True, slots=True)
class SplitSummary:
    """What there is after freezing."""

    added: int
    """Seeds that were frozen now."""
    seeds: dict[str, dict[str, int]]
    """Seeds by language and split."""


def freeze(path: Path, settings: SplitSettings, *, statuses: Collection[str] = ACCEPTED) -> SplitSummary:
    """Put the seeds of all conversations of these statuses into a split, unless they are in one.

    Raises:
        StoreError: the database cannot be read or written.
    """
    with DialogueReader.open(path) as reader:
        frozen = reader.splits()
        candidates = seeds_of(record for record in reader.dialogues(messages=False) if record.status in statuses)
        if {candidate.seed_id for candidate in candidates} <= {row.seed_id for row in frozen}:
            rows = []
        else:
            wanted = (record for record in reader.dialogues(messages=False) if record.status in statuses)
            groups = grouped(candidates, wanted, settings.similarity)
            rows = divide(candidates, groups, frozen, settings)
    if rows:
        with Store.open(path) as store:
            asyncio.run(store.freeze_splits(rows))
    counts: dict[str, Counter[str]] = {}
    for row in [*frozen, *rows]:
        counts.setdefault(row.language, Counter())[row.split] += 1
    return SplitSummary(added=len(rows), seeds={name: dict(counts[name]) for name in sorted(counts)})


def seeds_of(dialogues: Iterable[DialogueRecord]) -> list[Candidate]:
    """The seeds of dialogues, in the order of their content's hash; of several languages the first by name counts."""
    found: dict[str, Candidate] = {}
    for record in dialogues:
        known = found.get(record.seed.id)
        content_hash = known.content_hash if known else hashlib.sha256(record.seed.content.encode()).hexdigest()
        language = min(known.language, record.language) if known else record.language
        found[record.seed.id] = Candidate(record.seed.id, content_hash, language)
    return sorted(found.values(), key=lambda candidate: (candidate.content_hash, candidate.seed_id))


def grouped(candidates: Sequence[Candidate], dialogues: Iterable[DialogueRecord], similarity: float) -> Groups:
    """Seeds are in one group when a problem or a program of one is near to one of the other."""
    places = {candidate.seed_id: position for position, candidate in enumerate(candidates)}
    owners: list[int] = []
    groups = Groups(len(candidates))
    for one, other in near_duplicate_pairs(_texts(dialogues, places, owners), similarity):
        groups.join(owners[one], owners[other])
    by_content: dict[str, int] = {}
    for position, candidate in enumerate(candidates):
        groups.join(by_content.setdefault(candidate.content_hash, position), position)
    return groups


def _texts(dialogues: Iterable[DialogueRecord], places: dict[str, int], owners: list[int]) -> Iterator[tuple[str, str]]:
    """Problems and programs, each with its language, while the seed that owns each is noted."""
    for record in dialogues:
        if record.seed.id in places:  # a run that goes on beside this may have brought more
            owners += [places[record.seed.id]] * 2
            yield record.problem, TEXT
            yield record.program, record.language


def divide(
    candidates: Sequence[Candidate], groups: Groups, frozen: Sequence[SplitRecord], settings: SplitSettings
) -> list[SplitRecord]:
    """Rows for the candidates that are in no split yet.

    Args:
        candidates: all seeds, those that are frozen included.
        groups: which of them belong together.
        frozen: what was decided before.
        settings: share and salt.
    """
    known = {row.seed_id: row for row in frozen}
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
    settings: SplitSettings,
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
