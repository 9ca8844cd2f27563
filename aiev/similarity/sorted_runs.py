"""A table from 64-bit keys to numbers that only grows: some sorted arrays, merged as they grow.

Invariant: of the numbers under one key, those that were added first come first. Memory is 12 bytes an entry and a
mask of 64 MiB at most; a Python dict takes ten times as much, and looks up one key at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
Values = NDArray[np.uint32]

_SMALLEST_MASK, _LARGEST_MASK = 1 << 20, 1 << 26
_SPARSE = 4
"""Places of the mask for each entry, below which a larger one is taken."""
MOST_OF_A_KEY = 32
"""Numbers that are looked at under one key; a key of more says little."""
_GROWTH = 3


class SortedRuns:
    """The table. Keys may come more than once; 0 is no key and is passed over."""

    def __init__(self) -> None:
        self._runs: list[tuple[Numbers, Values]] = []
        self._count = 0
        self._mask = np.zeros(_SMALLEST_MASK, bool)
        """Whether any key agrees in its lowest bits: most keys that are not here are told by it."""

    def add(self, keys: Numbers, values: Values) -> None:
        """Add entries."""
        keys, values = keys[keys != 0], values[keys != 0]
        if not len(keys):
            return
        self._count += len(keys)
        if len(self._mask) < _LARGEST_MASK and len(self._mask) < self._count * _SPARSE:
            self._mask = np.zeros(min(len(self._mask) * _SPARSE**2, _LARGEST_MASK), bool)
            for earlier, _ in self._runs:
                self._mask[self._place(earlier)] = True
        self._mask[self._place(keys)] = True
        order = np.argsort(keys, kind="stable")
        run = (keys[order], values[order])
        while self._runs and len(self._runs[-1][0]) <= _GROWTH * len(run[0]):
            run = _merged(self._runs.pop(), run)
        self._runs.append(run)

    def _place(self, keys: Numbers) -> Numbers:
        return keys & np.uint64(len(self._mask) - 1)

    def find(self, keys: Numbers) -> tuple[NDArray[np.int64], Values]:
        """Entries under some keys: the position of each one's key in `keys`, and its number."""
        asked = np.flatnonzero(self._mask[self._place(keys)] & (keys != 0))
        wanted = keys[asked]
        positions, values = [np.empty(0, np.int64)], [np.empty(0, np.uint32)]
        for run_keys, run_values in self._runs:
            first = np.searchsorted(run_keys, wanted, "left")
            present = run_keys[np.minimum(first, len(run_keys) - 1)] == wanted
            first, at = first[present], asked[present]
            count = np.minimum(np.searchsorted(run_keys, wanted[present], "right") - first, MOST_OF_A_KEY)
            within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            positions.append(np.repeat(at, count))
            values.append(run_values[np.repeat(first, count) + within])
        return np.concatenate(positions), np.concatenate(values)


def _merged(older: tuple[Numbers, Values], newer: tuple[Numbers, Values]) -> tuple[Numbers, Values]:
    """Two sorted runs as one, the older's entries first under equal keys."""
    places = np.searchsorted(older[0], newer[0], "right") + np.arange(len(newer[0]))
    is_older = np.ones(len(older[0]) + len(newer[0]), bool)
    is_older[places] = False
    keys, values = np.empty(len(is_older), np.uint64), np.empty(len(is_older), np.uint32)
    keys[places], values[places] = newer
    keys[is_older], values[is_older] = older
    return keys, values
