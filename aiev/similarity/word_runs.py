"""Ten words in a row that a text and a piece of a benchmark share.

Punctuation, layout and case do not count, so that neither a formatter nor a comment's markers hide a match. In a row
of words that is mostly keywords, numbers and single letters (`for i in range n for j in range n`) programs agree by
chance: a run tells something when at least `DISTINCT` of its words are others.

Invariant: a run's hash depends on its words alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.fixed_words import FIXED_WORDS
from aiev.similarity.lexing import TEXT, Numbers, Positions, lex
from aiev.similarity.shingles import runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WORDS = 10
SHORTEST_CODE = 16
"""Words of the shortest solution that is looked for as a whole."""
DISTINCT = 5
_SHORTEST = 3
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORD.findall(text.lower())


def word_runs(texts: Sequence[str]) -> tuple[Numbers, Positions]:
    """Hashes of all runs of ten words, and where each text's begin; a shorter text has none."""
    return runs(*lex(texts, TEXT), WORDS)


def telling(words: Sequence[str]) -> NDArray[np.bool_]:
    """For each run of ten words, whether it says more than boilerplate."""
    found = [is_telling(words[first : first + WORDS]) for first in range(len(words) - WORDS + 1)]
    return np.array(found, bool)


def is_telling(run: Sequence[str]) -> bool:
    """Whether enough words of a run are neither keywords nor numbers nor short."""
    others = {word for word in run if len(word) >= _SHORTEST and not word[0].isdigit() and word not in FIXED_WORDS}
    return len(others) >= DISTINCT
