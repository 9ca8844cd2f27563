"""A filter on snippets that say nearly the same as one that was kept before.

Invariant: what is dropped says what it repeats. Not covered: how likeness is measured (`aiev.similarity`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.seeds.filters.filter import Drop
from aiev.seeds.snippet import PROBLEM
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.index import NearDuplicates
from aiev.store.reading.texts import TextReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from aiev.config.settings import Settings
    from aiev.seeds.snippet import Snippet


def near_duplicate_filter(settings: Settings, db: Path) -> NearDuplicateFilter:
    """Compares with what came before, and with the seeds of a database; these pass themselves, so a run can resume.

    Raises:
        StoreError: the database cannot be read.
    """
    index, known = NearDuplicates(settings.near_duplicates.threshold), set[str]()
    if db.is_file():
        with TextReader.open(db) as reader:
            texts = reader.texts("seeds")
            index.remember((f"seed {name} of {db.name}", text, language) for name, text, language in texts)
            known = {seed.id for seed in reader.seeds()}
    return NearDuplicateFilter(index, known)


class NearDuplicateFilter:
    """Drops what repeats a snippet that was kept before, as `duplicate` or `near_duplicate`."""

    name = "near_duplicates"

    def __init__(self, index: NearDuplicates, known: AbstractSet[str] = frozenset()) -> None:
        """Take an index; what it remembers already counts as kept, and the `known` ids pass unasked."""
        self._index = index
        self._known = known

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`."""
        new = [snippet for snippet in batch if snippet.id not in self._known]
        found = iter(self._index.judge_texts(*texts_of(new), [_name(snippet) for snippet in new]))
        repeats = [None if snippet.id in self._known else next(found) for snippet in batch]
        return [None if one is None else Drop(one.reason, str(one)) for one in repeats]


def texts_of(batch: Sequence[Snippet]) -> tuple[list[str], list[str]]:
    """Contents and languages; a problem is prose whatever language it asks for."""
    return [snippet.content for snippet in batch], [
        TEXT if snippet.kind == PROBLEM else snippet.language for snippet in batch
    ]


def _name(snippet: Snippet) -> str:
    """How evidence names a snippet."""
    return f"{snippet.source} {snippet.name or snippet.kind}".strip()
