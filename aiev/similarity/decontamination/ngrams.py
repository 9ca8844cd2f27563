"""Words in a row that a text and a benchmark's item share: all of a half (`substring`), or ten (`ngram`).

Punctuation, layout and case do not count, so that neither a formatter nor a comment's markers hide a match. Programs
share ten words that are mostly keywords, numbers and single letters (`for i in range n for j in range n`) by chance:
an n-gram is telling when at least `_DISTINCT` of its words are others.

Source: substring and 10-grams as in StarCoder (arXiv 2305.06161) and DeepSeek-Coder (arXiv 2401.14196).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.decontamination.hits import hit
from aiev.similarity.decontamination.inverted_index import InvertedIndex
from aiev.similarity.decontamination.sources import Reference
from aiev.similarity.fixed_words import FIXED_WORDS
from aiev.similarity.lexing import TEXT, Numbers, Positions, lex
from aiev.similarity.shingles import owners, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.similarity.decontamination.hits import Hit
    from aiev.similarity.decontamination.sources import Batch, Source

_N = 10
_SHORTEST_SOLUTION = 16
"""Words of the shortest solution that is looked for."""
_DISTINCT = 5
_SHORTEST_WORD = 3
_WORD = re.compile(r"\w+")


class NgramComparison:
    """The tests `substring` and `ngram`."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._references = [*_prompts(sources), *_solutions(sources)]
        hashes, starts = _ngrams([reference.text for reference in self._references])
        of_each = [hashes[first:last] for first, last in pairwise(starts)]
        telling = [_telling(reference.text.split(" ")) for reference in self._references]
        self._all = InvertedIndex(of_each)
        self._telling = InvertedIndex([own[tell] for own, tell in zip(of_each, telling, strict=True)])

    def hits(self, batch: Batch) -> Iterator[tuple[int, Hit]]:
        """See `Comparison.hits`."""
        hashes, starts = _ngrams(batch.texts)
        of, words = owners(starts), dict[int, list[str]]()
        for row, number, _ in self._all.holding(hashes, of, 1.0):
            reference, own = self._references[number], words.setdefault(row, _words(batch.texts[row]))
            if f" {reference.text} " in f" {' '.join(own)} ":
                yield row, hit(reference.item, "substring", reference.of, 1.0, reference.text)
        for row, number, shared in self._telling.holding(hashes, of):
            reference, own = self._references[number], words.setdefault(row, _words(batch.texts[row]))
            share = shared / self._all.sizes[number]
            yield row, hit(reference.item, "ngram", reference.of, share, _first_common(own, reference.text))


def _prompts(sources: Sequence[Source]) -> Iterator[Reference]:
    for source in sources:
        words = source.document.documentation
        if words.count(" ") >= _N - 1:
            yield Reference(source.item, "prompt", words)


def _solutions(sources: Sequence[Source]) -> Iterator[Reference]:
    for item in dict.fromkeys(source.item for source in sources):
        words = _words(item.solution)
        if len(words) >= _SHORTEST_SOLUTION:
            yield Reference(item, "solution", " ".join(words))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _ngrams(texts: Sequence[str]) -> tuple[Numbers, Positions]:
    """Hashes of all n-grams, and where each text's begin; a shorter text has none."""
    return runs(*lex(texts, TEXT), _N)


def _telling(words: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = [_is_telling(words[first : first + _N]) for first in range(len(words) - _N + 1)]
    return np.array(found, bool)


def _is_telling(ngram: Sequence[str]) -> bool:
    """Whether enough words of an n-gram are neither keywords nor numbers nor short."""
    others = {
        word for word in ngram if len(word) >= _SHORTEST_WORD and not word[0].isdigit() and word not in FIXED_WORDS
    }
    return len(others) >= _DISTINCT


def _first_common(words: Sequence[str], reference: str) -> str:
    """The first telling n-gram that a text shares with a reference."""
    padded = f" {reference} "
    for first in range(len(words) - _N + 1):
        ngram = words[first : first + _N]
        if f" {' '.join(ngram)} " in padded and _is_telling(ngram):
            return " ".join(ngram)
    return ""
