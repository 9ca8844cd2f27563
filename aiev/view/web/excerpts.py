"""A piece of a text around the words of a search, with the words marked.

Words are those of the full-text index: runs of letters and digits, whatever their case. Invariant: at most `MAX_LOOKED`
characters of a text are read, and a word is never read as a pattern. Not covered: letters that the index treats as
equal, such as `e` and `é`; a text that was found by them has no excerpt.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LOOKED = 20_000
"""Characters of a text that are read."""
_BEFORE, _LENGTH = 60, 240
"""Characters before the first word that is shown, and of the whole excerpt."""
_TOKENS = re.compile(r"[^\W_]+")


def excerpt(texts: Iterable[str], search: str) -> list[tuple[str, bool]]:
    """Pieces of the first text that holds all words of a search, True for the words; empty when none does."""
    words = [_pattern(word) for word in search.split()]
    patterns = [pattern for pattern in words if pattern is not None]
    if not patterns:
        return []
    for text in texts:
        looked = text[:MAX_LOOKED]
        found = [pattern.search(looked) for pattern in patterns]
        if all(found):
            first = min(match.start() for match in found if match)
            return _pieces(looked, max(0, first - _BEFORE), patterns)
    return []


def _pattern(word: str) -> re.Pattern[str] | None:
    """The tokens of a word one after another, with anything that is no token between them."""
    tokens = [re.escape(token) for token in _TOKENS.findall(word)]
    between = r"[\W_]{1,10}"
    return re.compile(rf"(?<![^\W_]){between.join(tokens)}(?![^\W_])", re.IGNORECASE) if tokens else None


def _pieces(text: str, start: int, patterns: list[re.Pattern[str]]) -> list[tuple[str, bool]]:
    shown = text[start : start + _LENGTH]
    spans = sorted(match.span() for pattern in patterns for match in pattern.finditer(shown))
    pieces, at = [("… ", False)] if start else [], 0
    for begin, end in spans:
        if begin >= at:
            pieces += [(shown[at:begin], False), (shown[begin:end], True)]
            at = end
    pieces += [(shown[at:], False), (" …" if start + _LENGTH < len(text) else "", False)]
    return [(piece, hit) for piece, hit in pieces if piece]
