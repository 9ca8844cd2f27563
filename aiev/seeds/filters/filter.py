"""What a filter of seeds is.

Invariant: a filter answers for each snippet of a batch, in the batch's order. Not covered: which filters there are
(`early.py`, `late.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiev.seeds.snippet import Snippet


@dataclass(frozen=True, slots=True)
class Drop:
    """Why a snippet is not kept."""

    reason: str
    """A stable snake_case word, fit to be counted."""
    detail: str = ""
    """The evidence, one line."""


class Filter(Protocol):
    """Keeps or drops snippets, a batch at a time."""

    @property
    def name(self) -> str:
        """As `seeds.filters` names it."""
        ...

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """One answer for each snippet, in order; None keeps it."""
        ...


@dataclass(frozen=True, slots=True)
class SnippetFilter:
    """A filter that looks at one snippet at a time."""

    name: str
    check: Callable[[Snippet], Drop | None]

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        return [self.check(snippet) for snippet in batch]
