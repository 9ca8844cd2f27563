"""A filter on seeds that came before, byte by byte.

Invariant: memory is about 100 bytes a seed; the text is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.seeds.filters.filter import Drop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.seeds.snippet import Snippet


class ExactDuplicates:
    """Drops a seed whose id came before: kind, language and text are the same."""

    name = "exact_duplicates"

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        answers = list[Drop | None]()
        for snippet in batch:
            key = int(snippet.id, 16)
            answers.append(Drop("duplicate") if key in self._seen else None)
            self._seen.add(key)
        return answers
