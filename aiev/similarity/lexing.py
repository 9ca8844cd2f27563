"""Texts to streams of tokens: one 64-bit number for each token, its lowest bits saying what kind of token it is.

Strings and comments are cut out first (`spans.py`); the rest is classified byte by byte in numpy, many texts at a time.
That works on a run of lines, which is no complete program, and is many times as fast as a parser.

Invariant: the number depends on the token and its language alone, so token streams of several processes can be
compared. Not covered: strings that begin or end outside the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from aiev.similarity.fixed_words import OTHER_WORDS, PYTHON_WORDS
from aiev.similarity.hashing import Numbers, Positions, among, hashes_of_words
from aiev.similarity.spans import COMMENT, END, LONG_STRING, SPAN, STRING, cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["COMMENT", "FIXED", "KIND", "LAYOUT", "LONG_STRING", "NAME", "STRING", "TEXT", "Numbers", "Positions", "lex"]

TEXT = "text"
"""The language of prose: problems, descriptions."""
FIXED, NAME, LAYOUT = 0, 1, 5
"""Kinds of tokens besides those of `spans.py`. A name is one that the author chose. Layout (brackets, commas,
semicolons) is what formatters add and remove."""
KIND = np.uint64(7)
"""The bits of a token's number that hold its kind."""
_GROUP_CHARS = 100_000
"""Texts are lexed in groups of this size, whose arrays stay in a core's cache."""

_NOTHING, _WORD, _ALONE, _SIGN, _TAIL = range(5)
"""Classes of bytes: in no token, in a word, a token by itself, or in an operator, which a tail (`=`, `>`) may end."""
_SHORTEST_NOT_ASCII = 0x80


def _class_of(byte: int) -> int:
    letter = chr(byte)
    if byte in {END, SPAN}:
        return _NOTHING if byte == END else _ALONE
    if letter.isalnum() or letter == "_" or byte >= _SHORTEST_NOT_ASCII:
        return _WORD
    if letter in ".(),[]{};":
        return _ALONE
    if letter in "\"'`\\" or not letter.isprintable() or letter.isspace():
        return _NOTHING
    return _TAIL if letter in "=>" else _SIGN


def _kind_of(byte: int) -> int:
    """The kind of a token by its first byte."""
    letter = chr(byte)
    if letter.isalpha() or letter == "_" or byte >= _SHORTEST_NOT_ASCII:
        return NAME
    return LAYOUT if letter in "(){},;" else FIXED


_CLASSES = bytes(map(_class_of, range(256)))
_ONLY_WORDS = bytes(one == _WORD for one in _CLASSES)
_KINDS = np.array([*map(_kind_of, range(256))], np.uint64)
_IS_DIGIT, _IS_PREFIX = np.zeros(256, bool), np.zeros(256, bool)
_IS_DIGIT[[*b"0123456789"]] = True
_IS_PREFIX[[*b"fFrRbBuU"]] = True
_LONGEST_PREFIX = 2
_WORDS_OF_PROSE = re.compile(r"\w+")


def lex(texts: Sequence[str], language: str) -> tuple[Numbers, Positions]:
    """The tokens of texts in one language.

    Args:
        texts: sources, whole or not.
        language: `python`, `bash`, `text` (words in lower case, no kinds), or any other for the family of C.

    Returns:
        All numbers in one array, and where each text begins in it, with the end as the last of them.
    """
    tokens, ends, count = [np.empty(0, np.uint64)], [np.zeros(1, np.int64)], 0
    for group in _groups(texts):
        found, last = _prose(group) if language == TEXT else _code(group, language)
        tokens.append(found)
        ends.append(last + count)
        count += len(found)
    return np.concatenate(tokens), np.concatenate(ends)


def _groups(texts: Iterable[str]) -> Iterator[list[str]]:
    group, size = list[str](), 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size > _GROUP_CHARS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _prose(texts: Sequence[str]) -> tuple[Numbers, Positions]:
    """Words, and where each text's end among them."""
    lowered = [text.lower() for text in texts]
    plain = [text if text.isascii() else " ".join(_WORDS_OF_PROSE.findall(text)) for text in lowered]
    data = b"\xff".join([text.encode(errors="surrogatepass") for text in plain]) + b"\xff"
    in_word = np.frombuffer(b"\0" + data.translate(_ONLY_WORDS), np.uint8)
    edges = np.flatnonzero(in_word[1:] != in_word[:-1])
    numbers = hashes_of_words(data, edges[::2], edges[1::2]) & ~KIND
    return numbers, _ends(data, edges[::2])


def _code(texts: Sequence[str], language: str) -> tuple[Numbers, Positions]:
    """Tokens, and where each text's end among them."""
    data, spans = cut(texts, language)
    found = np.frombuffer(data, np.uint8)
    first, last = _bounds(data, found)
    tokens = hashes_of_words(data, first, last) & ~KIND | _KINDS[found[first]]
    tokens[among(tokens, _FIXED_NAMES[language == "python"])] ^= np.uint64(NAME ^ FIXED)
    places = np.flatnonzero(found[first] == SPAN)
    tokens[places] = spans
    if language == "python":
        prefixes = _prefixes(found, places[(tokens[places] & KIND) != COMMENT], first, last)
        tokens, first = np.delete(tokens, prefixes), np.delete(first, prefixes)
    return tokens, _ends(data, first)


def _ends(data: bytes, first: Positions) -> Positions:
    """How many tokens begin before the end of each text."""
    ends: Positions = np.searchsorted(first, np.flatnonzero(np.frombuffer(data, np.uint8) == END))
    return ends


def _bounds(data: bytes, found: NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Where each token begins and ends."""
    classes = np.frombuffer(bytearray(data.translate(_CLASSES)), np.uint8)
    dots = np.flatnonzero(found[1:-1] == ord(".")) + 1
    classes[dots[_IS_DIGIT[found[dots - 1]] & _IS_DIGIT[found[dots + 1]]]] = _WORD
    begins = np.ones(len(classes), bool)
    np.not_equal(classes[1:], classes[:-1], out=begins[1:])
    begins |= classes >= _ALONE
    tails = np.flatnonzero(classes[1:] == _TAIL) + 1
    begins[tails[classes[tails - 1] >= _SIGN]] = False
    edges = np.flatnonzero(begins)
    at = np.flatnonzero(classes[edges])
    return edges[at], edges[at + 1]


def _prefixes(data: NDArray[np.uint8], strings: Positions, first: Positions, last: Positions) -> Positions:
    """Tokens that are the prefixes of strings: short, of certain letters, and right before one."""
    strings = strings[strings > 0]
    before = strings - 1
    before = before[(last[before] == first[strings]) & (last[before] - first[before] <= _LONGEST_PREFIX)]
    prefixes: Positions = before[_IS_PREFIX[data[first[before]]] & _IS_PREFIX[data[last[before] - 1]]]
    return prefixes


def _names_of(words: Iterable[str]) -> Numbers:
    """The numbers of words as names, sorted."""
    data = " ".join(words).encode() + b" "
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord(" "))
    return np.sort(hashes_of_words(data, np.append(0, ends[:-1] + 1), ends) & ~KIND | np.uint64(NAME))


_FIXED_NAMES = {True: _names_of(PYTHON_WORDS), False: _names_of(OTHER_WORDS)}


def number_of(word: str, language: str = "python") -> int:
    """The number of one token; a string's is that of its content, whatever its quotes."""
    return int(lex([word], language)[0][0])
