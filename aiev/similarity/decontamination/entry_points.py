"""A function of an item's name, described in mostly the same words (`entry_point`)."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from aiev.similarity.decontamination.document import document_of
from aiev.similarity.decontamination.hits import hit
from aiev.similarity.lexing import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.similarity.decontamination.benchmarks import BenchmarkItem
    from aiev.similarity.decontamination.hits import Hit
    from aiev.similarity.decontamination.sources import Batch, Source

_SHARE = 0.7
"""Share of a description's different words from which a function of the same name counts as the same problem."""
_FEWEST_WORDS = 5
_DEFINED = re.compile(r"\b(?:def|function|func|fn)\s+(\w+)|\b(\w++)\([^()\n]*\)\s?\{")
_DEFINED_BY_WORD = re.compile("|".join(rf"{word}(?<!\w{word})\s+(\w+)" for word in ("def", "function", "func", "fn")))
_OPENS_BODY = re.compile(r"\)\s?\{")
"""Where it is nowhere, functions are defined by a word alone, which is found in a fifth of the time."""
_MENTIONED = re.compile(r"\b(\w++)(?=\s?[(`])|\b([^\W_]++_\w+)")
"""What may be the name of the function in question, in code and in prose."""


class EntryPointComparison:
    """The test `entry_point`."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._described: defaultdict[str, list[tuple[BenchmarkItem, frozenset[str]]]] = defaultdict(list)
        for item, group in groupby(sources, key=lambda source: source.item):
            own = list(group)
            name = _entry_point(item, own)
            for source in own if name else ():
                words = frozenset(word for word in source.document.documentation.split() if not word[0].isdigit())
                if len(words) >= _FEWEST_WORDS:
                    self._described[name].append((item, words))

    def hits(self, batch: Batch) -> Iterator[tuple[int, Hit]]:
        """See `Comparison.hits`."""
        for row, (text, language) in enumerate(zip(batch.texts, batch.languages, strict=True)):
            names = self._described.keys() & {name.replace("_", "") for name in _names(text.lower(), language)}
            for name in sorted(names):
                for found in self._described_as(name, batch.documents[row].documentation):
                    yield row, found

    def _described_as(self, name: str, documentation: str) -> Iterator[Hit]:
        words = {*documentation.split()}
        for item, described in self._described[name]:
            share = len(described & words) / len(described)
            if share >= _SHARE:
                yield hit(item, "entry_point", "prompt", share, f"{name}: {documentation}")


def _entry_point(item: BenchmarkItem, sources: Sequence[Source]) -> str:
    """In lower case and without underscores; taken from the code when the benchmark does not say."""
    if item.entry_point:
        return item.entry_point.lower().replace("_", "")
    found = next((name for source in sources if (name := source.document.entry_point)), "")
    return found or document_of(item.solution, item.language).entry_point


def _names(lowered: str, language: str) -> Iterator[str]:
    """What may be the names of functions in question."""
    if language == TEXT or "```" in lowered:
        return (one or other for one, other in _MENTIONED.findall(lowered))
    if _OPENS_BODY.search(lowered):
        return (one or other for one, other in _DEFINED.findall(lowered))
    return (found[found.lastindex or 0] for found in _DEFINED_BY_WORD.finditer(lowered))
