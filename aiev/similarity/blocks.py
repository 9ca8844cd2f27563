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

    from numpy.typing import NDArray

    from aiev.similarity.lexing import Numbers, Positions

    Flags = NDArray[np.bool_]

_SIZE = 6
_ROUNDING = 1e-9
_SHARED = 2
"""Blocks that a text must share with a piece to be compared with it, where the piece has as many."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SIX_BYTES = np.uint64((1 << 8 * _SIZE) - 1)


class Blocks:
    """Pieces by their blocks."""

    def __init__(self, pieces: Sequence[str], similarity: float) -> None:
        """Index pieces; `similarity` is the lowest that is looked for, 0 to 1 and not 1."""
        every = [np.unique(_windows(piece)[::_SIZE]) for piece in pieces]
        self._lengths = np.array([len(piece) for piece in pieces], np.int64)
        edits = np.floor(np.floor(self._lengths / similarity + _ROUNDING) * (1 - similarity) + _ROUNDING)
        held_by = Postings(every).held_by
        indexed = [_rarest(own, held_by(own), int(spoiled)) for own, spoiled in zip(every, edits, strict=True)]
        self._postings = Postings(indexed)
        self._needed = np.maximum(self._postings.sizes - edits, 1)
        self._similarity = similarity

    def candidates(self, strings: Sequence[str], tails: Sequence[int] | None = None) -> list[tuple[int, int]]:
        """Pairs of a string's place and a piece's number that may be similar enough.

        Args:
            strings: to be compared with the pieces.
            tails: for each string the length of its end that is to be compared with them as well, 0 for none; pairs
                are those of the whole or of its end.
        """
        sizes = [len(string) + 1 for string in strings]
        windows = _windows("\0".join(strings))
        owners = np.repeat(np.arange(len(sizes)), sizes)[: len(windows)]
        lengths = np.array(sizes, np.int64) - 1
        ends = lengths if tails is None else np.array(tails, np.int64)

        def fits(place: Positions, piece: Positions) -> Flags:
            return self._fit(lengths[place], piece) | self._fit(ends[place], piece)

        place, piece, shared = self._postings.shared(windows, owners, fits)
        kept = shared >= self._needed[piece]
        return list(zip(place[kept].tolist(), piece[kept].tolist(), strict=True))

    def _fit(self, lengths: Positions, piece: Positions) -> Flags:
        """Whether lengths alone do not tell that a string and a piece are too different."""
        of_piece = self._lengths[piece]
        return np.minimum(lengths, of_piece) >= np.maximum(lengths, of_piece) * self._similarity


def _rarest(blocks: Numbers, held_by: Positions, edits: int) -> Numbers:
    """The blocks of a piece that are looked for: of the rarest, `_SHARED` more than edits could spoil."""
    return blocks[np.argsort(held_by, kind="stable")[: edits + _SHARED]]


def _windows(text: str) -> Numbers:
    """A hash of each run of six characters; equal runs have equal hashes, and hardly any others have."""
    ascii_or_folded = text.encode() if text.isascii() else _folded(text)
    count = max(len(ascii_or_folded) - _SIZE + 1, 0)
    eight = np.ndarray((count,), "<u8", ascii_or_folded + bytes(8), 0, (1,))
    windows: Numbers = (eight & _SIX_BYTES) * _FACTOR
    windows ^= windows >> np.uint64(32)
    return windows


def _folded(text: str) -> bytes:
    """One byte for each character."""
    return np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), np.uint32).astype(np.uint8).tobytes()
