"""64-bit hashes, computed for whole arrays at once, and sets of them.

Invariant: a hash depends on the bytes alone, not on the process. Not covered: adversaries, who can construct words
that collide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
Positions = NDArray[np.int64]

FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_PIECE = 8
_MOST = 64
"""Bytes of a word that are hashed; longer words differ by these and by their length."""
_LOWEST = np.array([(1 << 8 * count) - 1 for count in range(_PIECE + 1)], np.uint64)
"""Masks of the lowest bytes, by their count."""


def mixed(numbers: Numbers) -> Numbers:
    """Numbers of which every bit depends on all bits of the number given."""
    numbers = numbers ^ (numbers >> np.uint64(33))
    numbers *= _MIX
    return numbers ^ (numbers >> np.uint64(29))


def hashes_of_words(data: bytes, first: Positions, last: Positions) -> Numbers:
    """A hash of each of some pieces of `data`, from `first` to before `last`: eight bytes at a time."""
    eight = np.ndarray((len(data) + 1,), "<u8", data + bytes(_PIECE), 0, (1,))
    sizes = last - first
    hashes = eight[first] & _LOWEST[np.minimum(sizes, _PIECE)]
    hashes += sizes.astype(np.uint64) << np.uint64(56)
    hashes *= FACTOR
    longer = np.flatnonzero(sizes > _PIECE)
    for done in range(_PIECE, _MOST, _PIECE):
        if not len(longer):
            break
        piece = eight[first[longer] + done] & _LOWEST[np.minimum(sizes[longer] - done, _PIECE)]
        hashes[longer] = (mixed(hashes[longer]) + piece) * FACTOR
        longer = longer[sizes[longer] > done + _PIECE]
    return mixed(hashes)


def distinct(numbers: Numbers) -> Numbers:
    """The different numbers, in order; sorts its argument. `numpy.unique` takes twice as long."""
    numbers.sort()
    return numbers[np.concatenate(([True], numbers[1:] != numbers[:-1]))[: len(numbers)]]


def among(numbers: Numbers, others: Numbers) -> NDArray[np.bool_]:
    """Whether each number is one of the others, which are sorted; `numpy.isin` would sort both every time."""
    if not len(others):
        return np.zeros(len(numbers), bool)
    found: NDArray[np.bool_] = others[np.minimum(np.searchsorted(others, numbers), len(others) - 1)] == numbers
    return found
