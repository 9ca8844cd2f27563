"""Documentation or code that is equal but for a few edits: Levenshtein similarity (`levenshtein`).

Only candidate pairs are compared character by character. A reference is cut into blocks of six characters. Each edit
spoils at most one of them, so a text that needs at most k edits still holds all but k of the blocks somewhere.
Invariant: a pair above the similarity is always a candidate pair.

Source: 0.90 as in AutoCoder (arXiv 2405.14906).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.decontamination.hits import hit
from aiev.similarity.decontamination.inverted_index import InvertedIndex
from aiev.similarity.decontamination.sources import Reference
from aiev.similarity.hashing import FACTOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aiev.similarity.decontamination.document import Document
    from aiev.similarity.decontamination.hits import Hit
    from aiev.similarity.decontamination.sources import Batch, Source
    from aiev.similarity.hashing import Numbers, Positions

SIMILARITY = 0.90
"""The default; a text above it counts as a copy."""
_SHORTEST_PROSE, _SHORTEST_CODE = 30, 60
"""Characters of the shortest documentation and code that are compared."""
_BLOCK = 6
_BLOCK_BYTES = np.uint64((1 << 8 * _BLOCK) - 1)
_ROUNDING = 1e-9
_SHARED = 2
"""Blocks that a text must share with a reference to be compared with it, where the reference has as many."""


class EditDistanceComparison:
    """The test `levenshtein`."""

    def __init__(self, sources: Sequence[Source], similarity: float) -> None:
        """Index sources; `similarity` is above 0 and below 1, and only what is above it is a hit."""
        self._similarity = similarity
        self._prompts = [
            Reference(source.item, "prompt", text) for source in sources for text in _forms_of_prose(source.document)
        ]
        self._solutions = [
            Reference(source.item, "solution", text) for source in sources for text in _forms_of_code(source.document)
        ]
        self._prompt_blocks = BlockIndex([reference.text for reference in self._prompts], similarity)
        self._solution_blocks = BlockIndex([reference.text for reference in self._solutions], similarity)

    def hits(self, batch: Batch) -> Iterator[tuple[int, Hit]]:
        """See `Comparison.hits`."""
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import cpdist

        pairs = [*self._pairs_of_prose(batch.documents), *self._pairs_of_code(batch.documents)]
        if not pairs:
            return
        similarities = cpdist(
            [text for _, text, _ in pairs],
            [reference.text for _, _, reference in pairs],
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=self._similarity,
        )
        for (row, _, reference), similarity in zip(pairs, similarities.tolist(), strict=True):
            if similarity > self._similarity:
                yield row, hit(reference.item, "levenshtein", reference.of, similarity, reference.text)

    def _pairs_of_prose(self, documents: Sequence[Document]) -> Iterator[tuple[int, str, Reference]]:
        forms = [(row, text) for row, own in enumerate(documents) for text in _forms_of_prose(own)]
        for form, number in self._prompt_blocks.candidates([text for _, text in forms]):
            yield *forms[form], self._prompts[number]

    def _pairs_of_code(self, documents: Sequence[Document]) -> Iterator[tuple[int, str, Reference]]:
        """The body is the end of the code, so that its blocks are found with the code's."""
        codes, bodies = [own.code for own in documents], [len(own.body) for own in documents]
        for row, number in self._solution_blocks.candidates(codes, bodies):
            for text in _forms_of_code(documents[row]):
                yield row, text, self._solutions[number]


class BlockIndex:
    """Strings by their blocks."""

    def __init__(self, strings: Sequence[str], similarity: float) -> None:
        """Index strings; `similarity` is the lowest that is looked for, 0 to 1 and not 1."""
        every = [np.unique(_windows(string)[::_BLOCK]) for string in strings]
        self._lengths = np.array([len(string) for string in strings], np.int64)
        edits = np.floor(np.floor(self._lengths / similarity + _ROUNDING) * (1 - similarity) + _ROUNDING)
        held_by = InvertedIndex(every).held_by
        rarest = [
            own[np.argsort(held_by(own), kind="stable")[: int(spoiled) + _SHARED]]
            for own, spoiled in zip(every, edits, strict=True)
        ]
        self._index = InvertedIndex(rarest)
        self._needed = np.maximum(self._index.sizes - edits, 1)
        self._similarity = similarity

    def candidates(self, texts: Sequence[str], tails: Sequence[int] | None = None) -> list[tuple[int, int]]:
        """Pairs of a text's row and a string's number that may be similar enough.

        Args:
            texts: to be compared with the strings.
            tails: for each text the length of its end that is to be compared with them as well, 0 for none; pairs
                are those of the whole or of its end.
        """
        sizes = [len(text) + 1 for text in texts]
        windows = _windows("\0".join(texts))
        owners = np.repeat(np.arange(len(sizes)), sizes)[: len(windows)]
        lengths = np.array(sizes, np.int64) - 1
        ends = lengths if tails is None else np.array(tails, np.int64)

        def fits(rows: Positions, numbers: Positions) -> NDArray[np.bool_]:
            return self._fit(lengths[rows], numbers) | self._fit(ends[rows], numbers)

        rows, numbers, shared = self._index.shared(windows, owners, fits)
        enough = shared >= self._needed[numbers]
        return list(zip(rows[enough].tolist(), numbers[enough].tolist(), strict=True))

    def _fit(self, lengths: Positions, numbers: Positions) -> NDArray[np.bool_]:
        """Whether a text and a string are near enough in length."""
        others = self._lengths[numbers]
        return np.minimum(lengths, others) >= np.maximum(lengths, others) * self._similarity


def _forms_of_prose(document: Document) -> list[str]:
    forms = dict.fromkeys((document.documentation, document.renamed))
    return [form for form in forms if len(form) >= _SHORTEST_PROSE]


def _forms_of_code(document: Document) -> list[str]:
    forms = dict.fromkeys((document.code, document.body))
    return [form for form in forms if len(form) >= _SHORTEST_CODE]


def _windows(text: str) -> Numbers:
    """A hash of each run of six characters; equal runs have equal hashes, and hardly any others have."""
    data = text.encode() if text.isascii() else _folded(text)
    count = max(len(data) - _BLOCK + 1, 0)
    eight = np.ndarray((count,), "<u8", data + bytes(8), 0, (1,))
    windows: Numbers = (eight & _BLOCK_BYTES) * FACTOR
    windows ^= windows >> np.uint64(32)
    return windows


def _folded(text: str) -> bytes:
    """One byte for each character."""
    return np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), np.uint32).astype(np.uint8).tobytes()
