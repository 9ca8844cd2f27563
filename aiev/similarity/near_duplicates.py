"""Near-duplicates: snippets that differ from an earlier one in little but names and layout.

A text is a near-duplicate of a *kept* one when both are equal but for comments and whitespace (exact), or when the
Jaccard similarity of their sets of shingles is at least the threshold; MinHash bands only say whom to compare.

Invariant: the same texts in the same order give the same verdicts, whatever the batches; a text that was dropped is
never compared with, so a chain of small changes does not drop what is far from all that is kept. Memory: about 500
bytes a kept snippet of common length. Not covered: functions that do the same in other words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from aiev.similarity.sketches import BANDS, Shingles, Sketches, similarity, sketch
from aiev.similarity.sorted_runs import MOST_OF_A_KEY, SortedRuns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiev.similarity.lexing import Positions

THRESHOLD = 0.7
"""The default; as in the near-deduplication of The Stack v2 (StarCoder 2, arXiv 2402.19173)."""
MOST_COMPARED = 32
"""Kept texts that one text is compared with, those that share most bands with it first."""
_BATCH = 512
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Why a text is dropped."""

    of: str
    """Name of the kept text that it repeats."""
    similarity: float
    """Jaccard similarity, 0 to 1."""
    exact: bool
    """Whether both are equal but for comments and whitespace."""

    @property
    def reason(self) -> str:
        """The word that such texts are counted under."""
        return "duplicate" if self.exact else "near_duplicate"

    def __str__(self) -> str:
        return f"{'equal to' if self.exact else f'similarity {self.similarity:.2f} to'} {self.of}"


class NearDuplicates:
    """What was kept so far, and what repeats it."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self._exact, self._bands, self._sets = SortedRuns(), SortedRuns(), _Sets()
        self._names: list[str] = []

    def __len__(self) -> int:
        """How many texts are kept."""
        return len(self._names)

    def judge_texts(
        self, texts: Sequence[str], languages: Sequence[str], names: Sequence[str] | None = None
    ) -> list[Duplicate | None]:
        """Judge a batch (hundreds to thousands of texts are quickest) against all that was kept; None keeps.

        Args:
            texts: snippets, programs, or prose.
            languages: of each; prose is `text`.
            names: what each is called in evidence; without, `#` and its number among the kept ones.
        """
        return self.judge_sketches(sketch(texts, languages), names) if texts else []

    def judge_sketches(self, sketches: Sketches, names: Sequence[str] | None = None) -> list[Duplicate | None]:
        """`judge_texts` for sketches that were made elsewhere."""
        batch = _Batch(sketches, self, names)
        verdicts = [batch.judged(row) for row in range(len(sketches))]
        self._keep(sketches, batch.rows, names)
        return verdicts

    def remember(self, texts: Sequence[str], languages: Sequence[str], names: Sequence[str] | None = None) -> None:
        """Take texts as kept without judging them: what a database has already."""
        if texts:
            self.take(sketch(texts, languages), names)

    def take(self, sketches: Sketches, names: Sequence[str] | None = None) -> None:
        """`remember` for sketches that were made elsewhere."""
        self._keep(sketches, [*range(len(sketches))], names)

    def exactly(self, sketches: Sketches) -> dict[int, int]:
        """Rows of which a kept text is an exact repetition, with the first such text's number."""
        rows, numbers = self._exact.find(sketches.exact)
        return dict(zip(rows[::-1].tolist(), numbers[::-1].tolist(), strict=True))

    def nearly(self, sketches: Sketches) -> dict[int, tuple[int, float]]:
        """Rows that a kept text is a near-duplicate of: its number, and the similarity.

        Of several it is the one that shares most bands.
        """
        rows, numbers = self.candidates(sketches)
        similarities = sketches.similarities(rows, [self._sets.of(number) for number in numbers.tolist()])
        near = np.flatnonzero(similarities >= self.threshold)[::-1]
        found = zip(numbers[near].tolist(), similarities[near].tolist(), strict=True)
        return dict(zip(rows[near].tolist(), found, strict=True))

    def candidates(self, sketches: Sketches) -> tuple[Positions, Positions]:
        """Rows and the numbers of kept texts that share a band with them, those that share most of them first."""
        positions, numbers = self._bands.find(sketches.keys.ravel())
        pairs, shared = np.unique(((positions // BANDS) << 32) | numbers.astype(np.int64), return_counts=True)
        order = np.lexsort((pairs, -shared, pairs >> 32))
        rows, numbers = (pairs >> 32)[order], (pairs & 0xFFFFFFFF)[order]
        within = np.arange(len(rows)) - np.searchsorted(rows, rows)
        return rows[within < MOST_COMPARED], numbers[within < MOST_COMPARED]

    def set_of(self, number: int) -> Shingles:
        """The shingles of a kept text."""
        return self._sets.of(number)

    def name_of(self, number: int) -> str:
        """What a kept text is called in evidence."""
        return self._names[number]

    def _keep(self, sketches: Sketches, rows: list[int], names: Sequence[str] | None) -> None:
        numbers = np.arange(len(self._names), len(self._names) + len(rows), dtype=np.uint32)
        self._names += [
            names[row] if names is not None else f"#{number}" for row, number in zip(rows, numbers, strict=True)
        ]
        self._exact.add(sketches.exact[rows], numbers)
        self._bands.add(sketches.keys[rows].ravel(), np.repeat(numbers, BANDS))
        self._sets.add(sketches, rows)


class NearDuplicatePairs:
    """All pairs of near-duplicates of a set, for those who group what belongs together."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold

    def pairs(self, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int]]:
        """Positions of texts that are near-duplicates, the earlier first; texts without a word are near to nothing.

        Args:
            texts: texts, each with its language; prose is `text`.
        """
        seen, first = NearDuplicates(self._threshold), 0
        for batch in batched(texts, _BATCH):
            sketches = sketch([text for text, _ in batch], [language for _, language in batch])
            seen.take(sketches)
            rows, others = seen.candidates(sketches)
            earlier = others < first + rows
            rows, others = rows[earlier], others[earlier]
            similarities = sketches.similarities(rows, [seen.set_of(other) for other in others.tolist()])
            near = similarities >= self._threshold
            rows, others = rows[near] + first, others[near]
            order = np.lexsort((others, rows))
            yield from zip(others[order].tolist(), rows[order].tolist(), strict=True)
            first += len(batch)


def keep_best(
    texts: Sequence[str], languages: Sequence[str], scores: Sequence[float], threshold: float = THRESHOLD
) -> list[Duplicate | None]:
    """Of near-duplicates keep the one with the highest score, the first of equal ones; verdicts in the texts' order.

    Evidence names the text that is kept by its position, as `#3`.
    """
    order = sorted(range(len(texts)), key=lambda row: (-scores[row], row))
    index, verdicts = NearDuplicates(threshold), list[Duplicate | None]([None] * len(texts))
    for rows in batched(order, _BATCH):
        found = index.judge_texts(
            [texts[row] for row in rows], [languages[row] for row in rows], [f"#{row}" for row in rows]
        )
        for row, verdict in zip(rows, found, strict=True):
            verdicts[row] = verdict
    return verdicts


def batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Items in lists of `size`, the last one shorter."""
    several = iter(items)
    while batch := list(islice(several, size)):
        yield batch


class _Batch:
    """A batch while it is judged: whom each text is to be compared with, among the kept ones and within the batch."""

    def __init__(self, sketches: Sketches, kept: NearDuplicates, names: Sequence[str] | None) -> None:
        self._sketches, self._kept, self._names = sketches, kept, names
        self.rows: list[int] = []
        """Rows that are kept, in order."""
        self._numbers = sketches.exact.tolist()
        self._exact = kept.exactly(sketches)
        self._near = kept.nearly(sketches)
        self._shared = _shared_keys(sketches)
        self._exact_here: dict[int, int] = {}
        self._here: dict[int, list[int]] = {}
        """Kept rows of this batch by key, for keys that come more than once in it."""

    def judged(self, row: int) -> Duplicate | None:
        """The verdict on the next text."""
        found = self._exactly(row) or self._nearly(row)
        if found is None:
            self._exact_here.setdefault(self._numbers[row], row)
            for key in self._shared.get(row, ()):
                self._here.setdefault(key, []).append(row)
            self.rows.append(row)
        return found

    def _exactly(self, row: int) -> Duplicate | None:
        if row in self._exact:
            return Duplicate(self._kept.name_of(self._exact[row]), 1.0, exact=True)
        earlier = self._exact_here.get(self._numbers[row])
        return None if earlier is None else Duplicate(self._name_here(earlier), 1.0, exact=True)

    def _nearly(self, row: int) -> Duplicate | None:
        if row in self._near:
            number, found = self._near[row]
            return Duplicate(self._kept.name_of(number), found, exact=False)
        if row not in self._shared:
            return None
        own = self._sketches.set_of(row)
        here = Counter(other for key in self._shared.get(row, ()) for other in self._here.get(key, ())[:MOST_OF_A_KEY])
        for other, _ in here.most_common(MOST_COMPARED):
            found = similarity(own, self._sketches.set_of(other))
            if found >= self._kept.threshold:
                return Duplicate(self._name_here(other), found, exact=False)
        return None

    def _name_here(self, row: int) -> str:
        return self._names[row] if self._names is not None else f"#{len(self._kept) + self.rows.index(row)}"


def _shared_keys(sketches: Sketches) -> dict[int, list[int]]:
    """For each row, its band keys that another row of the batch has too, by their number in the batch."""
    _, inverse, counts = np.unique(sketches.keys, return_inverse=True, return_counts=True)
    inverse = inverse.reshape(sketches.keys.shape)
    shared: dict[int, list[int]] = {}
    rows, bands = np.nonzero((counts[inverse] > 1) & (sketches.keys != 0))
    for row, key in zip(rows.tolist(), inverse[rows, bands].tolist(), strict=True):
        shared.setdefault(row, []).append(key)
    return shared


class _Sets:
    """The shingles of each kept text, in the arrays in which they came."""

    def __init__(self) -> None:
        self._first: list[int] = []
        self._chunks: list[tuple[Shingles, Positions]] = []
        self._count = 0

    def add(self, sketches: Sketches, rows: list[int]) -> None:
        """Add the sets of some rows, as the next numbers."""
        if not rows:
            return
        self._first.append(self._count)
        self._chunks.append(sketches.sets_of(np.array(rows)))
        self._count += len(rows)

    def of(self, number: int) -> Shingles:
        """The set of one number."""
        chunk = bisect_right(self._first, number) - 1
        shingles, starts = self._chunks[chunk]
        place = number - self._first[chunk]
        return shingles[starts[place] : starts[place + 1]]
