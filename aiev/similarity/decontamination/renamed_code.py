"""The code of an item under other names: most of its shingles in a text (`renamed`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.decontamination.hits import hit
from aiev.similarity.decontamination.inverted_index import InvertedIndex
from aiev.similarity.lexing import TEXT
from aiev.similarity.shingles import owners, shingle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.similarity.decontamination.hits import Hit
    from aiev.similarity.decontamination.sources import Batch, Source

_SHARE = 0.8
"""Share of an item's shingles from which a text counts as holding its code."""
_SHINGLE_TOKENS = 5
_FEWEST_SHINGLES = 12


class RenamedCodeComparison:
    """The test `renamed`."""

    def __init__(self, sources: Sequence[Source]) -> None:
        code = [source for source in sources if source.language != TEXT]
        shingles = [shingle([source.text], source.language, _SHINGLE_TOKENS).hashes for source in code]
        enough = [len(np.unique(own)) >= _FEWEST_SHINGLES for own in shingles]
        self._items = [source.item for source, kept in zip(code, enough, strict=True) if kept]
        self._index = InvertedIndex([own for own, kept in zip(shingles, enough, strict=True) if kept])

    def hits(self, batch: Batch) -> Iterator[tuple[int, Hit]]:
        """See `Comparison.hits`."""
        for language in {*batch.languages} - {TEXT}:
            rows = [row for row, own in enumerate(batch.languages) if own == language]
            found = shingle([batch.texts[row] for row in rows], language, _SHINGLE_TOKENS)
            for place, number, shared in self._index.holding(found.hashes, owners(found.starts), _SHARE):
                text, share = batch.texts[rows[place]], shared / self._index.sizes[number]
                yield rows[place], hit(self._items[number], "renamed", "solution", share, " ".join(text.split()))
