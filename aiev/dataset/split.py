"""Assigns seeds to training and test, once and for good.

Invariants: a seed that is in a split stays there, and all conversations of a seed are in the same split. How seeds are
divided is `division.py`'s part.

Source: AutoCoder, arXiv 2405.14906 (1:9 test to train).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.dataset.division import Candidate, divide
from aiev.dataset.groups import Groups
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.pairs import near_duplicate_pairs
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.standing import stands
from aiev.store.writing.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from aiev.dataset.settings import SplitSettings
    from aiev.store.reading.dialogues import DialogueRecord

_ENDED = ("accepted", "discarded")


@dataclass(frozen=True, slots=True)
class SplitSummary:
    """The splits of a database after an assignment."""

    added: int
    """Seeds that were assigned now."""
    seeds: dict[str, dict[str, int]]
    """Seeds by language and split."""


def assign_splits(
    path: Path, settings: SplitSettings, *, wanted: Callable[[DialogueRecord], bool] | None = None
) -> SplitSummary:
    """Assign the seeds of conversations to a split, unless they are in one.

    Args:
        path: the database.
        settings: share, salt and similarity, and the standing of conversations that count.
        wanted: chooses among conversations that were accepted or discarded; None takes those of the standing.

    Raises:
        StoreError: the database cannot be read or written.
    """
    chosen = wanted or (lambda record: stands(settings.evidence, record.status, record.evidence_status))
    with DialogueReader.open(path) as reader:
        assigned, rows = reader.splits(), []
        known = {row.seed_id for row in assigned}

        def dialogues() -> Iterator[DialogueRecord]:
            """Those of assigned seeds too: what is near to one that lost its standing goes where that is."""
            ended = (record for record in reader.dialogues(messages=False) if record.status in _ENDED)
            return (record for record in ended if record.seed.id in known or chosen(record))

        candidates = _candidates(dialogues())
        if {candidate.seed_id for candidate in candidates} - known:
            groups = _groups(candidates, dialogues(), settings.similarity)
            rows = divide(candidates, groups, assigned, settings)
    if rows:
        with Store.open(path) as store:
            asyncio.run(store.freeze_splits(rows))
    counts: dict[str, Counter[str]] = {}
    for row in [*assigned, *rows]:
        counts.setdefault(row.language, Counter())[row.split] += 1
    return SplitSummary(added=len(rows), seeds={name: dict(counts[name]) for name in sorted(counts)})


def _candidates(dialogues: Iterable[DialogueRecord]) -> list[Candidate]:
    """The seeds of dialogues, in the order of their content's hash; of several languages the first by name counts."""
    found: dict[str, Candidate] = {}
    for record in dialogues:
        known = found.get(record.seed.id)
        content_hash = known.content_hash if known else hashlib.sha256(record.seed.content.encode()).hexdigest()
        language = min(known.language, record.language) if known else record.language
        found[record.seed.id] = Candidate(record.seed.id, content_hash, language)
    return sorted(found.values(), key=lambda candidate: (candidate.content_hash, candidate.seed_id))


def _groups(candidates: Sequence[Candidate], dialogues: Iterable[DialogueRecord], similarity: float) -> Groups:
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
    """Problems and programs, each with its language; the seed of each is appended to `owners`."""
    for record in dialogues:
        if record.seed.id in places:  # a run that is writing meanwhile may have added others
            owners += [places[record.seed.id]] * 2
            yield record.problem, TEXT
            yield record.program, record.language
