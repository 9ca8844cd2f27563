"""Token streams to shingles: runs of consecutive tokens in which chosen names are replaced by their distance.

Two snippets are near-duplicates when they differ in little but names and layout, so code is normalised before it is
compared: comments, documentation, brackets, commas and semicolons are left out, and within a shingle a name counts as
the distance to its previous occurrence (Baker's parameterised matching). Names that say what the code does stay: those
after a dot, those of functions defined elsewhere, and the words of `fixed_words.py`.

Invariant: renaming a snippet's variables, its function and its arguments one to one leaves its shingles as they are.

Source: B. S. Baker, "A program for identifying duplicated code", 1992.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aiev.similarity import lexing
from aiev.similarity.hashing import FACTOR, among, mixed
from aiev.similarity.lexing import COMMENT, FIXED, KIND, LAYOUT, LONG_STRING, NAME, STRING, Numbers, Positions, lex

if TYPE_CHECKING:
    from collections.abc import Sequence

Flags = NDArray[np.bool_]

_DOT, _OPEN, _CLOSE, _COLON = (np.uint64(lexing.number_of(token)) for token in (".", "(", ")", ":"))
_DEFINES = np.array(
    [lexing.number_of("def"), *(lexing.number_of(word, "") for word in ("function", "func", "fn"))], np.uint64
)


@dataclass(frozen=True, slots=True)
class Shingled:
    """Shingles of a batch of texts, each text's in the order of the text.

    `starts` has one entry more than there are texts. `exact` holds a number for each text, equal for texts that differ
    only in comments, documentation and whitespace.
    """

    hashes: Numbers
    starts: Positions
    exact: Numbers


def shingle(texts: Sequence[str], language: str, size: int) -> Shingled:
    """Shingles of `size` tokens; a text of fewer tokens has one, of all of them.

    A text without any token has none, and 0 for its exact number.
    """
    tokens, starts = lex(texts, language)
    if language == lexing.TEXT:
        return Shingled(*runs(*_filled(tokens, starts, size), size), exact=_sums(tokens, starts))
    tokens, starts = _without(tokens, starts, (tokens & KIND) == COMMENT)
    tokens, starts = _without(tokens, starts, _is_documentation(tokens, starts))
    exact = _sums(tokens, starts)
    tokens = _with_names_that_stay(tokens, starts)
    tokens, starts = _without(tokens, starts, (tokens & KIND) == LAYOUT)
    return Shingled(*runs(*_filled(tokens, starts, size), size), exact=exact)


def owners(starts: Positions) -> Positions:
    """For each element, which text it belongs to."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _without(tokens: Numbers, starts: Positions, unwanted: Flags) -> tuple[Numbers, Positions]:
    kept_before = np.concatenate(([0], np.cumsum(~unwanted)))
    return tokens[~unwanted], kept_before[starts]


def _neighbours(tokens: Numbers, starts: Positions) -> tuple[Numbers, Numbers]:
    """The tokens before and after each one; 0 at the ends of a text."""
    before, after = np.zeros_like(tokens), np.zeros_like(tokens)
    before[1:], after[:-1] = tokens[:-1], tokens[1:]
    filled = starts[:-1] < starts[1:]
    before[starts[:-1][filled]], after[starts[1:][filled] - 1] = 0, 0
    return before, after


def _is_documentation(tokens: Numbers, starts: Positions) -> Flags:
    """Long strings after a colon or at the beginning, and other strings after a signature's `):`."""
    kinds = tokens & KIND
    before, _ = _neighbours(tokens, starts)
    behind_colon = before == _COLON
    behind_signature = behind_colon & (_neighbours(before, starts)[0] == _CLOSE)
    found: Flags = (kinds == LONG_STRING) & (behind_colon | (before == 0))
    found |= (kinds == STRING) & behind_signature
    return found


def _with_names_that_stay(tokens: Numbers, starts: Positions) -> Numbers:
    """Tokens in which names that say what the code does are fixed.

    A name stays when it follows a dot, or when the text calls it and does nothing else with it.
    """
    before, after = _neighbours(tokens, starts)
    is_name = (tokens & KIND) == NAME
    behind_dot = is_name & (before == _DOT)
    called = is_name & ~behind_dot & (after == _OPEN) & ~np.isin(before, _DEFINES)
    in_text = tokens ^ mixed(owners(starts).astype(np.uint64) + np.uint64(1))
    elsewhere = is_name & ~behind_dot & ~called
    called[called] = ~among(in_text[called], np.sort(in_text[elsewhere]))
    return np.where(behind_dot | called, tokens ^ np.uint64(NAME ^ FIXED), tokens)


def runs(tokens: Numbers, starts: Positions, size: int) -> tuple[Numbers, Positions]:
    """Hashes of all runs of `size` tokens that lie within one text; a shorter text has none."""
    counts = np.maximum(np.diff(starts) - size + 1, 0)
    if not counts.any():
        return np.empty(0, np.uint64), np.zeros(len(starts), np.int64)
    first, last = starts[:-1][counts > 0], (starts[:-1] + counts)[counts > 0]
    edges = np.zeros(len(tokens) + 1, np.int8)
    edges[first] += 1
    edges[last] -= 1
    hashes = _hashed(tokens, size)
    inside = np.cumsum(edges, dtype=np.int8)[: len(hashes)] > 0
    return hashes[inside], np.concatenate(([0], np.cumsum(counts)))


def _filled(tokens: Numbers, starts: Positions, size: int) -> tuple[Numbers, Positions]:
    """Tokens in which a text of fewer than `size`, but not none, is padded with zeros."""
    lengths = np.diff(starts)
    short = np.flatnonzero((lengths > 0) & (lengths < size))
    if not len(short):
        return tokens, starts
    filled = np.insert(tokens, np.repeat(starts[short + 1], size - lengths[short]), np.uint64(0))
    lengths[short] = size
    return filled, np.concatenate(([0], np.cumsum(lengths)))


def _hashed(tokens: Numbers, size: int) -> Numbers:
    """The hash of the window that begins at each token; distances do not reach beyond the window."""
    is_name = (tokens & KIND) == NAME
    back = np.zeros(len(tokens), np.uint8)
    for gap in range(size - 1, 0, -1):
        back[gap:][is_name[gap:] & (tokens[gap:] == tokens[:-gap])] = gap
    count = len(tokens) - size + 1
    others = np.where(is_name, np.uint64(0), tokens)
    hashes = np.zeros(count, np.uint64)
    for place in range(size):
        names = ((back <= place) * back + np.uint8(1)) * is_name
        hashes *= FACTOR
        hashes += others[place : place + count]
        hashes += names[place : place + count]
    return mixed(hashes)


def _sums(tokens: Numbers, starts: Positions) -> Numbers:
    """One number for each text: a polynomial of its tokens; 0 for a text without any."""
    lengths = np.diff(starts)
    if not len(tokens):
        return np.zeros(len(lengths), np.uint64)
    powers = np.cumprod(np.full(int(lengths.max()), FACTOR))
    place = np.arange(len(tokens)) - np.repeat(starts[:-1], lengths)
    terms = mixed(tokens | np.uint64(1)) * powers[place]
    sums = np.zeros(len(lengths), np.uint64)
    filled = lengths > 0
    sums[filled] = np.add.reduceat(terms, starts[:-1][filled])
    return np.where(filled, mixed(sums) | np.uint64(1), np.uint64(0))
