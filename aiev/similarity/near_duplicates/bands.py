"""Candidate pairs by the bands of their signatures (locality-sensitive hashing), and their verification.

Invariant: sets that share a band are candidate pairs, and the exact Jaccard similarity decides; of a set with more than
`MOST` candidates, those that share most bands are verified. Memory: about 1 KB a set, most of it keys. The LSH of
`rensa` cannot take its place: for signatures in bulk it tells that there are candidates, not which.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from aiev.similarity.near_duplicates.signatures import jaccard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 128
"""Candidates that are verified for one set, and later sets that are found under one key."""


class BandIndex:
    """Sets of shingles, numbered from 0, by the keys of their bands."""

    def __init__(self) -> None:
        self._sets: list[bytes] = []
        self._first: dict[int, int] = {}
        """The first set under each key. Most keys come once, so the later ones are apart, to save memory."""
        self._later: defaultdict[int, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._sets)

    def add(self, shingles: bytes, keys: Sequence[int]) -> None:
        """Add a set, under the next number."""
        number = len(self._sets)
        self._sets.append(shingles)
        for key in keys if shingles else ():
            if self._first.setdefault(key, number) != number:
                later = self._later[key]
                if len(later) < MOST:
                    later.append(number)

    def near(self, shingles: bytes, keys: Sequence[int], threshold: float) -> Iterator[tuple[int, float]]:
        """Numbers and similarities of the sets that are at least so similar, those that share most bands first.

        Nothing is near to an empty set.
        """
        known = [key for key in keys if key in self._first] if shingles else []
        found = [self._first[key] for key in known]
        for key in known:
            if key in self._later:
                found += self._later[key]
        shared = Counter(found)
        for number in sorted(shared, key=lambda number: (-shared[number], number))[:MOST]:
            similarity = jaccard(shingles, self._sets[number])
            if similarity >= threshold:
                yield number, similarity
