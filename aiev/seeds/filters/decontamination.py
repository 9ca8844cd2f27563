"""A filter on snippets that resemble a problem of a benchmark.

Invariant: what is dropped says what it resembles. Not covered: how likeness is measured (`aiev.similarity`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.seeds.filters.filter import Drop
from aiev.seeds.filters.near_duplicates import texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.seeds.snippet import Snippet
    from aiev.similarity.decontamination.decontaminator import Decontaminator


class DecontaminationFilter:
    """Drops what resembles a problem of a benchmark, as `contaminated`."""

    name = "decontamination"

    def __init__(self, benchmarks: Decontaminator) -> None:
        self._benchmarks = benchmarks

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        found = self._benchmarks.judge_texts(*texts_of(batch))
        return [None if one is None else Drop(one.reason, str(one)) for one in found]
