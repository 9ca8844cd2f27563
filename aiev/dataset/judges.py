"""Judges of texts: what must not get into a dataset whoever wrote it.

Invariant: a reason names a kind, never the text that it was found in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiev.credentials import Origin, holds_credential

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.config.settings import Settings
    from aiev.dataset.settings import ExportSettings

_CHAT_CONTROL = re.compile(r"<\|[\w-]{1,40}\|>|<\uff5c[^<>\s]{1,60}\uff5c>|\[/?INST\]|<(?:start|end)_of_turn>|</?s>")


class Judge(Protocol):
    """Decides about texts, some hundreds at once."""

    @property
    def name(self) -> str:
        """What it looks for, in a word or two."""
        ...

    def judge_texts(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[object | None]:
        """For each text None to keep it, or a verdict that drops its dialogue.

        A dropped dialogue is counted under the verdict's `reason`, or under the judge's name where it has none.
        """
        ...


def configured_judges(settings: Settings) -> list[Judge]:
    """All judges that the settings ask for.

    Raises:
        UsageError: a benchmark of `decontamination.benchmarks` is not known, or its file cannot be read.
    """
    if not settings.export.decontaminate:
        return default_judges(settings.export)
    from aiev.similarity.decontamination.decontaminator import Decontaminator

    return [Decontaminator.from_settings(settings.decontamination), *default_judges(settings.export)]


def default_judges(settings: ExportSettings) -> list[Judge]:
    """The judges that need no benchmarks: control tokens and, unless they are kept, credentials."""
    tokens = ControlTokensJudge(settings.special_tokens)
    return [tokens, SecretsJudge()] if settings.secrets else [tokens]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A verdict that drops a text."""

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
    """Drops texts with control tokens of a chat template, or with our own special tokens."""

    name = "control tokens"

    def __init__(self, special_tokens: Sequence[str]) -> None:
        self._special = tuple(special_tokens)

    def judge_texts(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[object | None]:
        """See `Judge.judge_texts`."""
        del languages
        return [Dropped("control tokens") if self._holds(text) else None for text in texts]

    def _holds(self, text: str) -> bool:
        return bool(_CHAT_CONTROL.search(text)) or any(token in text for token in self._special)
