"""The signature of a text: its set of shingles, and the keys of its MinHash bands.

Invariant: a signature depends on the text and its language alone, so it can be made in any process. Texts that share a
band's key are candidate pairs; whether they are near-duplicates is decided by their sets of shingles.

Source: A. Z. Broder, "On the resemblance and containment of documents", 1997 (MinHash); bands as in Leskovec, Rajaraman
and Ullman, "Mining of Massive Datasets", section 3.4. MinHash is computed by `rensa`.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.hashing import FACTOR, distinct, mixed
from aiev.similarity.shingles import owners, shingle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aiev.similarity.hashing import Numbers, Positions

SHINGLE_TOKENS = 5
BANDS, ROWS = 14, 4
"""Texts of Jaccard similarity s share a band with probability 1 - (1 - s^4)^14: 0.979 at 0.7, 0.9994 at 0.8, 0.3 at
0.4 and 0.001 at 0.1."""
_SEED = 42
_SHINGLE_BYTES = 4
_KEY_BITS = np.uint64(60)
"""Python keeps an integer of up to 60 bits in 32 bytes, and a longer one in 48."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signatures of a batch of texts, in its order."""

    exact: Numbers
    """Equal for texts that differ only in comments, documentation and whitespace."""
    sets: list[bytes]
    """Each text's shingles, sorted, as 32-bit integers; see `jaccard`."""
    keys: Numbers
    """One row of `BANDS` for each text; a text without shingles shares them with nobody, whatever they are."""

    def __len__(self) -> int:
        return len(self.exact)

    def rows(self) -> Iterator[tuple[int, bytes, list[int]]]:
        """Each text's `exact`, set and keys."""
        return zip(self.exact.tolist(), self.sets, self.keys.tolist(), strict=True)


def sign(texts: Sequence[str], languages: Sequence[str]) -> Signatures:
    """Signatures of texts, each in its own language."""
    exact, keys = np.empty(len(texts), np.uint64), np.empty((len(texts), BANDS), np.uint64)
    sets = [b""] * len(texts)
    for language in dict.fromkeys(languages):
        rows = [row for row, own in enumerate(languages) if own == language]
        part = _sign([texts[row] for row in rows], language)
        exact[rows], keys[rows] = part.exact, part.keys
        for row, own in zip(rows, part.sets, strict=True):
            sets[row] = own
    return Signatures(exact, sets, keys)


def jaccard(first: bytes, second: bytes) -> float:
    """Jaccard similarity of two sets of shingles, from 0 to 1; of two empty sets it is 0."""
    both = np.frombuffer(bytearray(first + second), np.uint32)
    both.sort(kind="stable")  # merges two sorted halves
    common = int(np.count_nonzero(both[1:] == both[:-1]))
    return common / (len(both) - common) if len(both) else 0.0


def _sign(texts: Sequence[str], language: str) -> Signatures:
    found = shingle(texts, language, SHINGLE_TOKENS)
    exact = found.exact.copy()
    for row in np.flatnonzero(exact == 0).tolist():  # no token at all: the text itself decides
        digest = blake2b(texts[row].strip().encode(errors="surrogatepass"), digest_size=8).digest()
        exact[row] = np.uint64(int.from_bytes(digest, "little"))
    tagged = distinct((owners(found.starts).astype(np.uint64) << np.uint64(32)) | (found.hashes >> np.uint64(32)))
    shingles = (tagged & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    starts = np.searchsorted(tagged, np.arange(len(texts) + 1, dtype=np.uint64) << np.uint64(32))
    data, ends = shingles.tobytes(), (starts * _SHINGLE_BYTES).tolist()
    return Signatures(exact, [data[first:last] for first, last in pairwise(ends)], _keys(shingles, starts))


def _keys(shingles: NDArray[np.uint32], starts: Positions) -> Numbers:
    """The key of each band, its number mixed in."""
    from rensa import RMinHash

    spread = mixed(shingles.astype(np.uint64) + np.uint64(1))
    digests = RMinHash.digest_matrix_from_flat_token_hashes(spread, starts.astype(np.uint64), BANDS * ROWS, _SEED)
    rows = b"".join([array("I", row) for row in digests.to_rows()])  # half of the time that numpy takes over lists
    values = np.frombuffer(rows, np.uint32).astype(np.uint64).reshape(-1, BANDS, ROWS)
    keys = np.broadcast_to(np.arange(BANDS, dtype=np.uint64), values.shape[:2])
    for row in range(ROWS):
        keys = mixed(keys * FACTOR + values[:, :, row])
    return keys >> (np.uint64(64) - _KEY_BITS)
