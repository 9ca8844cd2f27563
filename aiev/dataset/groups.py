"""Disjoint groups of positions, joined pair by pair.

Invariant: a group is named by its lowest position, so the order of the pairs does not matter.
"""

from __future__ import annotations


class Groups:
    """Groups of the positions below `size`, at first one for each."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def join(self, one: int, other: int) -> None:
        """Merge the groups of two positions."""
        low, high = sorted((self.of(one), self.of(other)))
        self._parent[high] = low

    def of(self, position: int) -> int:
        """The lowest position of the group."""
        while self._parent[position] != position:
            self._parent[position] = self._parent[self._parent[position]]
            position = self._parent[position]
        return position
