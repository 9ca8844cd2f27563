"""What is kept of a text to find its near-duplicates: its set of shingles, and the keys of its MinHash bands.

Invariant: a sketch depends on the text, its language and the settings alone, so it can be made in any process. Texts
that share a band's key are candidates; whether they are near-duplicates is decided by their sets.

Source: A. Z. Broder, "On the resemblance and containment of documents", 1997 (MinHash); bands as in Leskovec, Rajaraman
and Ullman, "Mining of Massive Datasets", section 3.4. MinHash itself is computed by `rensa`.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aiev.similarity.hashing import FACTOR, mixed
from aiev.similarity.shingles import owners, shingle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.similarity.lexing import Numbers, Positions

Shingles = NDArray[np.uint32]

SHINGLE_TOKENS = 5
BANDS, ROWS = 14, 4
"""Texts of Jaccard similarity s share a band with probability 1 - (1 - s^4)^14: 0.979 at 0.7, 0.9994 at 0.8, 0.3 at
0.4 and 0.001 at 0.1."""
_SEED = 42


@dataclass(frozen=True, slots=True)
class Sketches:
    """Sketches of a batch, in its order."""

    exact: Numbers
    """Equal for texts that differ in comments, documentation and whitespace alone."""
    shingles: Shingles
    """Each text's set, sorted, one after the other."""
    starts: Positions
    keys: NDArray[np.uint64]
    """One row of `BANDS` for each text; a text without shingles has keys that nobody shares."""

    def __len__(self) -> int:
        return len(self.exact)

    def set_of(self, row: int) -> Shingles:
        """The shingles of one text."""
        return self.shingles[self.starts[row] : self.starts[row + 1]]

    def sets_of(self, rows: Positions) -> tuple[Shingles, Positions]:
        """The shingles of some texts, one text's after the other's, and where each one's begin, with their end."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        places = np.repeat(self.starts[rows] - starts[:-1], sizes) + np.arange(starts[-1])
        return self.shingles[places], starts

    def similarities(self, rows: Positions, others: Sequence[Shingles]) -> NDArray[np.float64]:
        """Jaccard similarities of some texts' sets with others, pair by pair; see `similarity`."""
        if not len(rows):
            return np.zeros(0)
        own, starts = self.sets_of(rows)
        sizes = np.array([len(one) for one in others])
        pairs = np.concatenate((owners(starts), np.repeat(np.arange(len(sizes)), sizes))).astype(np.uint64)
        tagged = (pairs << np.uint64(32)) | np.concatenate((own, *others))
        tagged.sort()
        shared = (tagged[1:][tagged[1:] == tagged[:-1]] >> np.uint64(32)).astype(np.int64)
        common = np.bincount(shared, minlength=len(sizes))
        similarities: NDArray[np.float64] = common / np.maximum(np.diff(starts) + sizes - common, 1)
        return similarities


def sketch(texts: Sequence[str], languages: Sequence[str]) -> Sketches:
    """Sketches of texts, each in its own language."""
    rows_of: dict[str, list[int]] = {}
    for row, language in enumerate(languages):
        rows_of.setdefault(language, []).append(row)
    if len(rows_of) == 1:
        return _sketch(texts, languages[0])
    parts = [(rows, _sketch([texts[row] for row in rows], language)) for language, rows in rows_of.items()]
    return _in_order(len(texts), parts)


def _sketch(texts: Sequence[str], language: str) -> Sketches:
    found = shingle(texts, language, SHINGLE_TOKENS)
    exact = found.exact.copy()
    for row in np.flatnonzero(exact == 0).tolist():  # no token at all: the text itself decides
        digest = blake2b(texts[row].strip().encode(errors="surrogatepass"), digest_size=8).digest()
        exact[row] = np.uint64(int.from_bytes(digest, "little"))
    tagged = (owners(found.starts).astype(np.uint64) << np.uint64(32)) | (found.hashes >> np.uint64(32))
    tagged.sort()
    tagged = tagged[np.concatenate(([True], tagged[1:] != tagged[:-1]))[: len(tagged)]]
    shingles = (tagged & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    starts = np.searchsorted(tagged, np.arange(len(texts) + 1, dtype=np.uint64) << np.uint64(32)).astype(np.int64)
    return Sketches(exact, shingles, starts, _keys(shingles, starts))


def _keys(shingles: Shingles, starts: Positions) -> NDArray[np.uint64]:
    """The key of each band, its number mixed in."""
    from rensa import RMinHash

    spread = mixed(shingles.astype(np.uint64) + np.uint64(1))
    digests = RMinHash.digest_matrix_from_flat_token_hashes(spread, starts.astype(np.uint64), BANDS * ROWS, _SEED)
    rows = b"".join([array("I", row) for row in digests.to_rows()])  # half of the time that numpy takes over lists
    values = np.frombuffer(rows, np.uint32).astype(np.uint64).reshape(-1, BANDS, ROWS)
    keys = np.broadcast_to(np.arange(BANDS, dtype=np.uint64), values.shape[:2])
    for row in range(ROWS):
        keys = mixed(keys * FACTOR + values[:, :, row])
    empty = np.flatnonzero(np.diff(starts) == 0)
    if len(empty):
        keys[empty] = np.uint64(0)
    return keys


def _in_order(count: int, parts: list[tuple[list[int], Sketches]]) -> Sketches:
    """Sketches of several languages put back into the order of the batch."""
    exact, keys = np.empty(count, np.uint64), np.empty((count, BANDS), np.uint64)
    sets: list[Shingles] = [np.empty(0, np.uint32)] * count
    for rows, part in parts:
        exact[rows], keys[rows] = part.exact, part.keys
        for place, row in enumerate(rows):
            sets[row] = part.set_of(place)
    starts = np.concatenate(([0], np.cumsum([len(one) for one in sets]))).astype(np.int64)
    return Sketches(exact, np.concatenate([*sets, np.empty(0, np.uint32)]), starts, keys)


def similarity(first: Shingles, second: Shingles) -> float:
    """Jaccard similarity of two sets, from 0 to 1; of two empty sets it is 0."""
    both = np.concatenate((first, second))
    both.sort(kind="stable")
    common = int(np.count_nonzero(both[1:] == both[:-1]))
    return common / (len(both) - common) if len(both) else 0.0
