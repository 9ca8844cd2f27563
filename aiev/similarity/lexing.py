"""Texts to streams of tokens: one 64-bit number for each token, its lowest bits saying what kind of token it is.

Invariant: the number depends on the token alone, so that streams of other processes and days can be compared. The
lexers are regular expressions, one for each family of languages: they need no complete program, which a run of lines
is not, and are many times as fast as a parser. Not covered: nested comments, and strings that begin or end outside of
the text.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aiev.similarity.fixed_words import OTHER_WORDS, PYTHON_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

Numbers = NDArray[np.uint64]
Positions = NDArray[np.int64]

TEXT = "text"
"""The language of prose: problems, descriptions."""
FIXED, NAME, COMMENT, STRING, LONG_STRING, LAYOUT = range(6)
"""Kinds of tokens. A name could be another without changing what the code does. A long string is one in three quotes.
Layout (brackets, commas, semicolons) is what formatters add and remove."""
KIND = np.uint64(7)
"""The bits of a token's number that hold its kind."""
_MOST_REMEMBERED = 200_000
"""Distinct tokens whose numbers are remembered; some 200 bytes each."""

_WORD = r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*+"
_PLAIN = r"[.(),\[\]]|\d[\w.]*"
_DOUBLE = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_SINGLE = r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
_LONG_DOUBLE = r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:"""|\Z)'
_LONG_SINGLE = r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\Z)"
_STRING = rf"[fFrRbBuU]{{0,2}}(?:{_LONG_DOUBLE}|{_LONG_SINGLE}|{_DOUBLE}|{_SINGLE})"
_TEMPLATE = r"`[^`\\]*(?:\\.[^`\\]*)*`"
_SCRIPT = rf"{_WORD}(?![\"'])|{_PLAIN}|{_STRING}|{_WORD}|[^\w\s\"'\#\\][=>]?"
_SHELL = rf"{_WORD}|{_PLAIN}|{_SINGLE}|{_DOUBLE}|(?!(?<![^\s;])\#)[^\w\s\"'\\][=>]?"
_CURLY = rf"{_WORD}|{_PLAIN}|{_DOUBLE}|{_SINGLE}|{_TEMPLATE}|(?!//|/\*)[^\w\s\"'`\\][=>]?"
_CURLY_COMMENT = r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
# A backslash takes the character behind it along, or a row of escaped quotes would be tried from each of them.
# The words come first and white space is eaten behind a token: half of the time that an ordinary lexer's order takes.
_LEXERS = {
    "python": re.compile(rf"(?:({_SCRIPT})|\#[^\n]*|\\.)\s*", re.DOTALL),
    "bash": re.compile(rf"(?:({_SHELL})|\#[^\n]*|\\.)\s*", re.DOTALL),
    TEXT: re.compile(r"(\w+)"),
}
_C_FAMILY = re.compile(rf"(?:({_CURLY})|{_CURLY_COMMENT}|\\.)\s*", re.DOTALL)
LAYOUT_TOKENS = frozenset("(){},;")
_QUOTES = frozenset("\"'`")


class _Numbers(dict[str, int]):
    """The number of each token, worked out at its first use. The empty string stands for a comment."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, word: str) -> int:
        number = self[word] = number_of(word, self._language)
        return number


def number_of(word: str, language: str = "python") -> int:
    """The number of one token; a string's is that of its content, whatever its quotes."""
    kind, content = _classified(word, PYTHON_WORDS if language == "python" else OTHER_WORDS)
    digest = blake2b(content.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") & ~int(KIND) | kind


def _classified(word: str, fixed: frozenset[str]) -> tuple[int, str]:
    if not word:
        return COMMENT, word
    if word in LAYOUT_TOKENS:
        return LAYOUT, word
    first, last = word[0], word[-1]
    if last in _QUOTES and len(word) > 1:
        body = word.lstrip("fFrRbBuU")
        return (LONG_STRING, body.strip("\"'")) if body[:3] in {'"""', "'''"} else (STRING, body[1:-1])
    is_name = (first.isalpha() or first == "_") and word not in fixed
    return (NAME if is_name else FIXED), word


_numbers = {True: _Numbers("python"), False: _Numbers("")}


def lex(texts: Sequence[str], language: str) -> tuple[Numbers, Positions]:
    """The tokens of texts in one language.

    Args:
        texts: sources, whole or not.
        language: `python`, `bash`, `text` (words in lower case, no kinds), or any other for the family of C.

    Returns:
        All numbers in one array, and where each text begins in it, with the end as the last of them.
    """
    findall = _LEXERS.get(language, _C_FAMILY).findall
    found = [findall(text.lower()) for text in texts] if language == TEXT else [findall(text) for text in texts]
    starts = np.zeros(len(found) + 1, np.int64)
    np.cumsum([len(tokens) for tokens in found], out=starts[1:])
    numbers = _numbers[language == "python"]
    every = map(numbers.__getitem__, chain.from_iterable(found))
    flat = np.fromiter(every, np.uint64, count=int(starts[-1]))
    if len(numbers) > _MOST_REMEMBERED:
        numbers.clear()
    return (flat & ~KIND if language == TEXT else flat), starts
