"""Which strings may be similar by Levenshtein: those that share enough blocks of consecutive characters.

A piece is cut into blocks of six characters. Each edit spoils at most one of them, so a text that needs at most k edits
still holds all but k of the blocks somewhere. Invariant: a pair above the similarity is never passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.postings import Postings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.similarity.lexing import Numbers, Positions

_SIZE = 6
_ROUNDING = 1e-9
_COMMON = 12
"""Pieces that hold a block which says little."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Blocks:
    """Pieces by their blocks."""

    def __init__(self, pieces: Sequence[str], similarity: float) -> None:
        """Index pieces; `similarity` is the lowest that is looked for, 0 to 1 and not 1."""
        every = [np.unique(_windows(piece)[::_SIZE]) for piece in pieces]
        self._lengths = np.array([len(piece) for piece in pieces], np.int64)
        edits = np.floor(np.floor(self._lengths / similarity + _ROUNDING) * (1 - similarity) + _ROUNDING)
        held_by = Postings(every).held_by
        indexed = [_rare(own, held_by(own), int(spoiled)) for own, spoiled in zip(every, edits, strict=True)]
        self._postings = Postings(indexed)
        self._needed = np.maximum(self._postings.sizes - edits, 1)
        self._similarity = similarity

    def candidates(self, strings: Sequence[str]) -> list[tuple[int, int]]:
        """Pairs of a string's place and a piece's number that may be similar enough."""
        sizes = [len(string) + 1 for string in strings]
        windows = _windows("\0".join(strings))
        owners = np.repeat(np.arange(len(sizes)), sizes)[: len(windows)]
        place, piece, shared = self._postings.shared(windows, owners)
        lengths = np.array([len(string) for string in strings], np.int64)
        shorter = np.minimum(lengths[place], self._lengths[piece])
        longer = np.maximum(lengths[place], self._lengths[piece])
        kept = (shared >= self._needed[piece]) & (shorter >= longer * self._similarity)
        return list(zip(place[kept].tolist(), piece[kept].tolist(), strict=True))


def _rare(blocks: Numbers, held_by: Positions, edits: int) -> Numbers:
    """The blocks of a piece that are looked for: the rare ones, unless edits could spoil them all."""
    rare = blocks[held_by <= _COMMON]
    return rare if len(rare) > edits else blocks


def _windows(text: str) -> Numbers:
    """A hash of each run of six characters."""
    values = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), np.uint32).astype(np.uint64)
    count = max(len(values) - _SIZE + 1, 0)
    windows = np.zeros(count, np.uint64)
    for place in range(_SIZE):
        windows = windows * _FACTOR + values[place : place + count]
    return windows
