"""Decontamination: whether a text resembles an item of a benchmark, and the evidence.

Five tests, on the item's prompt and on its solution where they apply: `substring` (all words of one of them, in a
row), `ngram` (ten words in a row that are more than boilerplate), `levenshtein` (similarity of the whole documentation
or the whole code above 0.90), `renamed` (most of the solution's code, whatever its names), `entry_point` (a function
of that name, described in mostly the same words). Each has its module.

Invariant: the candidates of each test are all pairs that could pass it; pruning costs no hit. Not covered: the same
problem in other words with another solution, and translations.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Self

from aiev.similarity.decontamination.benchmarks import load_benchmarks
from aiev.similarity.decontamination.document import document_of
from aiev.similarity.decontamination.edit_distance import SIMILARITY, EditDistanceComparison
from aiev.similarity.decontamination.entry_points import EntryPointComparison
from aiev.similarity.decontamination.hits import verdict
from aiev.similarity.decontamination.ngrams import NgramComparison
from aiev.similarity.decontamination.renamed_code import RenamedCodeComparison
from aiev.similarity.decontamination.sources import Batch, Comparison, sources_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.similarity.decontamination.benchmarks import BenchmarkItem
    from aiev.similarity.decontamination.hits import Contaminated, Hit
    from aiev.similarity.settings import DecontaminationSettings


class Decontaminator:
    """The index over some benchmarks. Built once; then only read, so that it can be shared."""

    name = "decontamination"

    def __init__(self, items: Sequence[BenchmarkItem], similarity: float = SIMILARITY) -> None:
        """Index items.

        Args:
            items: of any number of benchmarks.
            similarity: for `levenshtein`, above 0 and below 1; only what is above it is a hit.
        """
        sources = list(chain.from_iterable(map(sources_of, items)))
        self._comparisons: tuple[Comparison, ...] = (
            NgramComparison(sources),
            EditDistanceComparison(sources, similarity),
            RenamedCodeComparison(sources),
            EntryPointComparison(sources),
        )

    @classmethod
    def from_settings(cls, settings: DecontaminationSettings) -> Self:
        """The index over the benchmarks that the settings name; raises as `load_benchmarks` does."""
        return cls(load_benchmarks(settings), settings.similarity)

    def judge_texts(self, texts: Sequence[str], languages: Sequence[str]) -> list[Contaminated | None]:
        """Judge a batch of texts, hundreds at once being quickest; None keeps.

        Args:
            texts: snippets, programs, problems.
            languages: of each; prose is `text`.
        """
        if not texts:
            return []
        documents = [document_of(text, language) for text, language in zip(texts, languages, strict=True)]
        hits: list[list[Hit]] = [[] for _ in texts]
        for comparison in self._comparisons:
            for row, found in comparison.hits(Batch(texts, languages, documents)):
                hits[row].append(found)
        return [verdict(own) for own in hits]

    def judge_pairs(self, batch: Sequence[tuple[str, str]]) -> list[Contaminated | None]:
        """`judge_texts` for texts that come with their languages."""
        return self.judge_texts([text for text, _ in batch], [language for _, language in batch])
