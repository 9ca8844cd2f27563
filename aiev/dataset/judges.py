"""Judges of texts: what must not get into a dataset whoever made it.

Invariant: a reason names a kind, never the text that it was found in. A judge is anything with `name` and
`judge_texts`; the list of them is put together by whoever calls the export.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiev.credentials import Origin, holds_credential

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHAT_CONTROL = re.compile(r"<\|[\w-]{1,40}\|>|<\uff5c[^<>\s]{1,60}\uff5c>|\[/?INST\]|<(?:start|end)_of_turn>|</?s>")


class Judge(Protocol):
    """Decides about texts, some hundreds at once."""

    @property
    def name(self) -> str:
        """What it looks for, in a word or two."""
        ...

    def judge_texts(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[object | None]:
        """For each text None to keep it, or something that says why not; a dialogue goes with any of its texts.

        What says why is counted under its `reason`, where it has one, else under the judge's name.
        """
        ...


@dataclass(frozen=True, slots=True)
class Dropped:
    """Why a text is dropped."""

    reason: str
    """A short name that is counted, such as `secret`."""


class SecretsJudge:
    """Drops texts with credentials of a known form: keys of cloud services, tokens, private keys."""

    name = "secrets"

    def judge_texts(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[object | None]:
        """See `Judge.judge_texts`."""
        del languages  # a credential looks the same in all of them
        return [Dropped("secret") if holds_credential(text, Origin.MADE) else None for text in texts]


class ControlTokensJudge:
    """Drops texts that hold what a chat template or our own special tokens would take for control."""

    name = "control tokens"

    def __init__(self, special_tokens: Sequence[str]) -> None:
        self._special = tuple(special_tokens)

    def judge_texts(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[object | None]:
        """See `Judge.judge_texts`."""
        del languages
        return [Dropped("control tokens") if self._holds(text) else None for text in texts]

    def _holds(self, text: str) -> bool:
        return bool(_CHAT_CONTROL.search(text)) or any(token in text for token in self._special)
