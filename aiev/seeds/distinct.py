"""Filters that compare snippets with others: with those kept before, and with the items of benchmarks.

Invariant: what is dropped says what it resembles. Not covered: how resemblance is found (`aiev.similarity`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.seeds.verdicts import Drop
from aiev.similarity.lexing import TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.seeds.extract import Snippet
    from aiev.similarity.decontamination.decontaminator import Decontaminator
    from aiev.similarity.near_duplicates.index import NearDuplicates


class NearDuplicateFilter:
    """Drops what repeats a snippet that was kept before, as `duplicate` or `near_duplicate`."""

    name = "near_duplicates"

    def __init__(self, index: NearDuplicates) -> None:
        """Take an index; what it remembers already (of a database) counts as kept."""
        self._index = index

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        texts, languages = _texts(batch)
        found = self._index.judge_texts(texts, languages, [_called(snippet) for snippet in batch])
        return [None if one is None else Drop(one.reason, str(one)) for one in found]


class DecontaminationFilter:
    """Drops what resembles an item of a benchmark, as `contaminated`."""

    name = "decontamination"

    def __init__(self, benchmarks: Decontaminator) -> None:
        """Take the index over the benchmarks."""
        self._benchmarks = benchmarks

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        found = self._benchmarks.judge_texts(*_texts(batch))
        return [None if one is None else Drop(one.reason, str(one)) for one in found]


def _texts(batch: Sequence[Snippet]) -> tuple[list[str], list[str]]:
    """Contents and languages; a problem is prose whatever language it asks for."""
    return [snippet.content for snippet in batch], [
        TEXT if snippet.kind == "problem" else snippet.language for snippet in batch
    ]


def _called(snippet: Snippet) -> str:
    """How evidence names a snippet: where it stands, if that is known."""
    source = getattr(snippet, "source", "")
    return f"{source or snippet.line} {snippet.name or snippet.kind}".strip()
