"""Keys in texts: found by comparison with the keys in use, and replaced by a mark.

Not covered: a key in another form (Base64, reversed), one that is split over lines, and values that could be words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiev_agents.messages import ChatReply

MARK = "[key removed]"
_SHORTEST, _SHORTEST_WITH_DIGITS = 12, 8
"""Characters of the shortest value that is looked for: what servers without keys are given (`none`, `EMPTY`, `ollama`)
is a word that texts may hold."""


def telling(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are no mere words, the longest first: a key may be part of another."""
    return tuple(sorted({value.strip() for value in values if _tells(value.strip())}, key=len, reverse=True))


def without_keys(text: str, keys: Sequence[str]) -> str:
    """A text with a mark in the place of each key."""
    for key in keys:
        if key in text:
            text = text.replace(key, MARK)
    return text


def reply_without_keys(reply: ChatReply, keys: Sequence[str]) -> ChatReply:
    """A reply with a mark in the place of each key, in whatever field it stands."""
    fields: dict[str, Any] = reply._asdict()
    for name, value in fields.items():
        if isinstance(value, str):
            fields[name] = without_keys(value, keys)
    return reply._replace(**fields)


def _tells(value: str) -> bool:
    digits = any(letter.isdigit() for letter in value)
    return len(value) >= (_SHORTEST_WITH_DIGITS if digits else _SHORTEST)
