"""What every filter of seeds is, and what it answers.

Invariant: a filter gives one answer for each snippet of a batch, in the batch's order; None keeps. Not covered: the
order in which filters are applied, and the counting of their reasons (`pipeline.py`, `funnel.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.seeds.extract import Snippet


@dataclass(frozen=True, slots=True)
class Drop:
    """Why a snippet is not kept."""

    reason: str
    """A stable snake_case word, fit to be counted."""
    detail: str = ""
    """The evidence, one line."""


class Filter(Protocol):
    """Keeps or drops snippets, a batch at a time."""

    name: str

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """One answer for each snippet, in order; None keeps it."""
        ...
