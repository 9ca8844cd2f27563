"""The index of near-duplicates: what was kept so far, and which texts repeat it.

A text is a near-duplicate of a *kept* one when both are equal but for comments and whitespace (exact), or when the
Jaccard similarity of their sets of shingles is at least the threshold; MinHash bands only say which pairs to verify.

Invariant: the same texts in the same order give the same verdicts, whatever the batches; a text that was dropped is
never compared with, so a chain of small changes does not drop what is far from all that is kept. Not covered: functions
that do the same in other words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.similarity.batches import batched
from aiev.similarity.near_duplicates.bands import BandIndex
from aiev.similarity.near_duplicates.signatures import Signatures, sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

THRESHOLD = 0.7
"""The default; as in the near-deduplication of The Stack v2 (StarCoder 2, arXiv 2402.19173)."""
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Why a text is dropped."""

    of: str
    """Name of the kept text that it repeats."""
    similarity: float
    """Jaccard similarity, 0 to 1."""
    exact: bool
    """Whether both are equal but for comments and whitespace."""

    @property
    def reason(self) -> str:
        """The word that such texts are counted under."""
        return "duplicate" if self.exact else "near_duplicate"

    def __str__(self) -> str:
        return f"{'equal to' if self.exact else f'similarity {self.similarity:.2f} to'} {self.of}"


class NearDuplicates:
    """What was kept so far. Signatures are made anew each time: storing them takes as much room as the texts."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._names: list[str] = []
        self._exact: dict[int, int] = {}
        self._bands = BandIndex()

    def __len__(self) -> int:
        """How many texts are kept."""
        return len(self._names)

    def judge_texts(
        self, texts: Sequence[str], languages: Sequence[str], names: Sequence[str] | None = None
    ) -> list[Duplicate | None]:
        """Judge a batch (hundreds to thousands of texts are quickest) against all that was kept; None keeps.

        Args:
            texts: snippets, programs, or prose.
            languages: of each; prose is `text`.
            names: what each is called in evidence; without, `#` and its number among the kept ones.
        """
        return self.judge_signatures(sign(texts, languages), names) if texts else []

    def judge_signatures(self, signatures: Signatures, names: Sequence[str] | None = None) -> list[Duplicate | None]:
        """`judge_texts` for signatures that were made elsewhere."""
        verdicts = list[Duplicate | None]()
        for row, signature in enumerate(signatures.rows()):
            found = self._duplicate(*signature)
            if found is None:
                self._keep(*signature, names[row] if names else f"#{len(self)}")
            verdicts.append(found)
        return verdicts

    def remember(self, texts: Iterable[tuple[str, str, str]]) -> None:
        """Take texts as kept without judging them: what a database has already.

        Args:
            texts: the name in evidence, the text and its language of each; streamed.
        """
        for batch in batched(texts, _BATCH):
            signatures = sign([text for _, text, _ in batch], [language for _, _, language in batch])
            for (name, _, _), signature in zip(batch, signatures.rows(), strict=True):
                self._keep(*signature, name)

    def _duplicate(self, exact: int, shingles: bytes, keys: Sequence[int]) -> Duplicate | None:
        if exact in self._exact:
            return Duplicate(self._names[self._exact[exact]], 1.0, exact=True)
        for number, similarity in self._bands.near(shingles, keys, self._threshold):
            return Duplicate(self._names[number], similarity, exact=False)
        return None

    def _keep(self, exact: int, shingles: bytes, keys: Sequence[int], name: str) -> None:
        self._exact.setdefault(exact, len(self))
        self._names.append(name)
        self._bands.add(shingles, keys)


def keep_best(
    texts: Sequence[str], languages: Sequence[str], scores: Sequence[float], threshold: float = THRESHOLD
) -> list[Duplicate | None]:
    """Of near-duplicates keep the one with the highest score, the first of equal ones; verdicts in the texts' order.

    Evidence names the text that is kept by its position, as `#3`.
    """
    order = sorted(range(len(texts)), key=lambda row: (-scores[row], row))
    index, verdicts = NearDuplicates(threshold), list[Duplicate | None]([None] * len(texts))
    for rows in batched(order, _BATCH):
        found = index.judge_texts(
            [texts[row] for row in rows], [languages[row] for row in rows], [f"#{row}" for row in rows]
        )
        for row, verdict in zip(rows, found, strict=True):
            verdicts[row] = verdict
    return verdicts
