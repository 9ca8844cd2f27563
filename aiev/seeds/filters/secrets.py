"""A filter on secrets: keys, tokens, passwords. What counts as one is said in `aiev.credentials`.

Invariant: the evidence names kinds and counts, never a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.credentials import Origin, kinds_in
from aiev.seeds.filters.filter import Drop

if TYPE_CHECKING:
    from aiev.seeds.snippet import Snippet


def secrets(snippet: Snippet) -> Drop | None:
    """Drop what seems to hold a secret."""
    counts = kinds_in(snippet.content, Origin.FOUND)
    if not counts:
        return None
    return Drop("secret", ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
