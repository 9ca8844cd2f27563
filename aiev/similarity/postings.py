"""An inverted index: which pieces hold a feature, and which pieces share many features with a text.

Built once, then only read. Invariant: a feature of a text counts once for each piece, however often either has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aiev.similarity.lexing import Numbers, Positions

    Fits = Callable[[Positions, Positions], NDArray[np.bool_]]

_MASK = np.uint64((1 << 22) - 1)


class Postings:
    """Pieces by their features, which are hashes of 64 bits."""

    def __init__(self, features_of: Sequence[Numbers]) -> None:
        """Index pieces, whose numbers are their places in `features_of`."""
        sets = [np.unique(features) for features in features_of]
        features = np.concatenate([*sets, np.empty(0, np.uint64)])
        pieces = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
        order = np.argsort(features, kind="stable")
        self._pieces = pieces[order]
        self._keys, self._first = np.unique(features[order], return_index=True)
        self._count = np.diff(np.append(self._first, len(features)))
        self._mask = np.zeros(int(_MASK) + 1, bool)
        self._mask[self._keys & _MASK] = True
        self.sizes = np.array([len(one) for one in sets], np.int64)
        """How many features each piece has."""

    def held_by(self, features: Numbers) -> Positions:
        """How many pieces have each of some features that at least one has."""
        return self._count[np.searchsorted(self._keys, features)]

    def shared(
        self, features: Numbers, owners: Positions, fits: Fits | None = None
    ) -> tuple[Positions, Positions, Positions]:
        """Features that texts share with pieces.

        Args:
            features: of all texts of a batch.
            owners: which text each belongs to.
            fits: tells which pairs of a text and a piece are asked for; all without it.

        Returns:
            Three arrays of equal length: a text, a piece, and how many features they share; ordered by text.
        """
        maybe = np.flatnonzero(self._mask[features & _MASK])
        place = np.searchsorted(self._keys, features[maybe])
        found = self._keys[np.minimum(place, len(self._keys) - 1)] == features[maybe] if len(self._keys) else []
        place, owner = place[found], owners[maybe][found]
        once, _ = _counted((owner << 40) | place)
        place, owner = once & ((1 << 40) - 1), once >> 40
        count = self._count[place]
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        piece = self._pieces[np.repeat(self._first[place], count) + within]
        owner = np.repeat(owner, count)
        if fits is not None:
            asked = fits(owner, piece)
            owner, piece = owner[asked], piece[asked]
        pairs, shared = _counted((owner << 40) | piece)
        return pairs >> 40, pairs & ((1 << 40) - 1), shared


def _counted(values: Positions) -> tuple[Positions, Positions]:
    """Different values in order, and how often each comes; `numpy.unique` takes twice as long."""
    values.sort()
    first = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1]))[: len(values)])
    return values[first], np.diff(np.append(first, len(values)))
