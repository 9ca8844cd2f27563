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
from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.sketches import BANDS, Shingles, Sketches, similarity, sketch
from aiev.similarity.sorted_runs import MOST_OF_A_KEY, SortedRuns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.similarity.lexing import Positions

THRESHOLD = 0.7
"""The default; as in the near-deduplication of The Stack v2 (StarCoder 2, arXiv 2402.19173)."""
MOST_COMPARED = 32
"""Kept texts that one text is compared with, those that share most bands with it first."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Why a text is dropped."""

    of: str
    """Name of the kept text that it repeats."""
    similarity: float
    """Jaccard similarity, 0 to 1."""
    exact: bool
    """Whether both are equal but for comments and whitespace."""

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
            self._keep(sketch(texts, languages), [*range(len(texts))], names)

    def exactly(self, sketches: Sketches) -> dict[int, int]:
        """Rows of which a kept text is an exact repetition, with the first such text's number."""
        rows, numbers = self._exact.find(sketches.exact)
        return dict(zip(rows[::-1].tolist(), numbers[::-1].tolist(), strict=True))

    def candidates(self, sketches: Sketches) -> dict[int, list[int]]:
        """For each row the numbers of kept texts that share a band with it, those that share most of them first."""
        positions, numbers = self._bands.find(sketches.keys.ravel())
        pairs, shared = np.unique(((positions // BANDS) << 32) | numbers.astype(np.int64), return_counts=True)
        order = np.lexsort((pairs, -shared))
        found: dict[int, list[int]] = {}
        for row, number in zip((pairs >> 32)[order].tolist(), (pairs & 0xFFFFFFFF)[order].tolist(), strict=True):
            candidates = found.setdefault(row, [])
            if len(candidates) < MOST_COMPARED:
                candidates.append(number)
        return found

    def set_of(self, number: int) -> Shingles:
        """The shingles of a kept text."""
        return self._sets.of(number)

    def name_of(self, number: int) -> str:
        """What a kept text is called in evidence."""
        return self._names[number]

    def _keep(self, sketches: Sketches, rows: list[int], names: Sequence[str] | None) -> None:
        numbers = np.arange(len(self._names), len(self._names) + len(rows), dtype=np.uint32)
        self._names += [names[row] if names is not None else f"#{number}" for row, number in zip(rows, numbers, strict=True)]
        self._exact.add(sketches.exact[rows], numbers)
        self._bands.add(sketches.keys[rows].ravel(), np.repeat(numbers, BANDS))
        self._sets.add(sketches, rows)


class _Batch:
    """A batch while it is judged: whom each text is to be compared with, among the kept ones and within the batch."""

    def __init__(self, sketches: Sketches, kept: NearDuplicates, names: Sequence[str] | None) -> None:
        self._sketches, self._kept, self._names = sketches, kept, names
        self.rows: list[int] = []
        """Rows that are kept, in order."""
        self._exact = kept.exactly(sketches)
        self._candidates = kept.candidates(sketches)
        self._shared = _shared_keys(sketches)
        self._exact_here: dict[int, int] = {}
        self._here: dict[int, list[int]] = {}
        """Kept rows of this batch by key, for keys that come more than once in it."""

    def judged(self, row: int) -> Duplicate | None:
        """The verdict on the next text."""
        found = self._exactly(row) or self._nearly(row)
        if found is None:
            self._exact_here.setdefault(int(self._sketches.exact[row]), row)
            for key in self._shared.get(row, ()):
                self._here.setdefault(key, []).append(row)
            self.rows.append(row)
        return found

    def _exactly(self, row: int) -> Duplicate | None:
        if row in self._exact:
            return Duplicate(self._kept.name_of(self._exact[row]), 1.0, exact=True)
        earlier = self._exact_here.get(int(self._sketches.exact[row]))
        return None if earlier is None else Duplicate(self._name_here(earlier), 1.0, exact=True)

    def _nearly(self, row: int) -> Duplicate | None:
        own = self._sketches.set_of(row)
        for number in self._candidates.get(row, ()):
            found = similarity(own, self._kept.set_of(number))
            if found >= self._kept.threshold:
                return Duplicate(self._kept.name_of(number), found, exact=False)
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
        sets = [sketches.set_of(row) for row in rows]
        starts = np.concatenate(([0], np.cumsum([len(one) for one in sets])))
        self._first.append(self._count)
        self._chunks.append((np.concatenate(sets), starts))
        self._count += len(rows)

    def of(self, number: int) -> Shingles:
        """The set of one number."""
        chunk = bisect_right(self._first, number) - 1
        shingles, starts = self._chunks[chunk]
        place = number - self._first[chunk]
        return shingles[starts[place] : starts[place + 1]]
