"""What a worker process does with a chunk of items: read, take snippets out, apply the early filters.

Invariant: the outcome depends on the chunk and the plan alone, in any process.
"""

from __future__ import annotations

import hashlib
import random
import warnings
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from aiev.seeds.extract.functions import documented_functions
from aiev.seeds.extract.lines import random_lines
from aiev.seeds.filters.early import OF_FILES, early_filter, early_names
from aiev.seeds.filters.python_function import BATCH
from aiev.seeds.funnel import Funnel, apply_filters
from aiev.seeds.settings import FiltersSettings, SeedsSettings
from aiev.seeds.snippet import FUNCTION, Snippet
from aiev.seeds.sources.item_reader import ItemReader
from aiev.seeds.sources.items import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.seeds.filters.filter import Filter
    from aiev.seeds.sources.items import Item


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides which snippets come out of given sources, before the late filters."""

    seeds: SeedsSettings = field(default_factory=SeedsSettings)
    filters: FiltersSettings = field(default_factory=FiltersSettings)
    seed: int = 0
    """Draws random snippets."""
    judge_rows: bool = True
    """Whether rows that are snippets already pass through the early filters."""


@dataclass(slots=True)
class Outcome:
    """What came of a chunk: snippets that are still in, and the counts of the rest."""

    snippets: list[Snippet] = field(default_factory=list)
    funnel: Funnel = field(default_factory=Funnel)


def work(plan: Plan, chunk: Sequence[Item]) -> Outcome:
    """Everything up to the first late filter."""
    return _worker(plan).work(chunk)


@lru_cache(maxsize=1)
def _worker(plan: Plan) -> _Worker:
    return _Worker(plan)


class _Worker:
    """The steps of one plan, made once for each process."""

    def __init__(self, plan: Plan) -> None:
        names = early_names(plan.seeds.applied_filters)
        filters = [early_filter(name, plan.filters) for name in names]
        self._plan = plan
        self._reader = ItemReader(plan.seeds, plan.filters, names)
        self._for_rows = filters if plan.judge_rows else []
        self._for_files = [one for one in filters if one.name not in OF_FILES]

    def work(self, chunk: Sequence[Item]) -> Outcome:
        outcome = Outcome()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a snippet are no concern of the user
            found = list(self._reader.read(chunk, outcome.funnel))
            taken_out = [snippet for text in found if isinstance(text, SourceText) for snippet in self._snippets(text)]
            rows = [row for row in found if isinstance(row, Snippet)]
            for snippets, filters in ((taken_out, self._for_files), (rows, self._for_rows)):
                outcome.snippets += _judged(snippets, filters, outcome.funnel)
        return outcome

    def _snippets(self, text: SourceText) -> Iterator[Snippet]:
        for snippet in self._taken_out(text):
            yield replace(
                snippet,
                path=text.origin,
                licence=text.licence,
                repository=text.repository,
                revision=text.revision,
                blob=text.blob,
            )

    def _taken_out(self, text: SourceText) -> Iterator[Snippet]:
        if self._plan.seeds.kind == FUNCTION:
            return documented_functions(text.text, text.language)
        digest = hashlib.sha256(f"{self._plan.seed}:{text.text}".encode(errors="surrogatepass")).digest()
        rng = random.Random(digest)  # noqa: S311 - a sample, not a secret
        return random_lines(text.text, rng, text.language)


def _judged(snippets: Sequence[Snippet], filters: Sequence[Filter], funnel: Funnel) -> Iterator[Snippet]:
    """Snippets that pass every filter, in order; all of them are counted as taken."""
    for snippet in snippets:
        funnel.take(snippet)
    for start in range(0, len(snippets), BATCH):
        yield from apply_filters(snippets[start : start + BATCH], filters, funnel)
