"""All pairs of near-duplicates of a set, for callers that group what belongs together.

Not covered: the groups themselves, which are the connected pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.similarity.batches import batched
from aiev.similarity.near_duplicates.bands import BandIndex
from aiev.similarity.near_duplicates.index import THRESHOLD
from aiev.similarity.near_duplicates.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BATCH = 512


def near_duplicate_pairs(texts: Iterable[tuple[str, str]], threshold: float = THRESHOLD) -> Iterator[tuple[int, int]]:
    """Positions of texts that are near-duplicates, the earlier first; texts without a word are near to nothing.

    Args:
        texts: texts, each with its language; prose is `text`.
        threshold: Jaccard similarity from which two are near-duplicates, above 0 to 1.
    """
    seen = BandIndex()
    for batch in batched(texts, _BATCH):
        for _, shingles, keys in sign([text for text, _ in batch], [language for _, language in batch]).rows():
            for other in sorted(number for number, _ in seen.near(shingles, keys, threshold)):
                yield other, len(seen)
            seen.add(shingles, keys)
