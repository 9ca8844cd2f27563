"""What is taken out of the items that are kept: repetitions, long instructions, names that come too often, benchmarks.

Invariants: items are gone through in the order of their ids, and of several alike the first stays; each drop has one
reason. Source: SelfCodeAlign, arXiv 2410.24198, section 2 (data sanitisation).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aiev.evidence.definitions import functions
from aiev.similarity.near_duplicates.index import NearDuplicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aiev.alignment.settings import AlignSettings
    from aiev.store.reading.alignment import KeptItem

_PROSE = "text"


def drops(
    items: Iterable[KeptItem], settings: AlignSettings, contaminated: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Ids of the items that go, each with the reason.

    Args:
        items: in the order of their ids.
        settings: limits.
        contaminated: what of a benchmark items hold, in words, by the item's id.
    """
    names = Counter[str]()
    instructions, programs = NearDuplicates(settings.similarity), NearDuplicates(settings.similarity)
    for item in items:
        first = next(iter(functions(item.program, item.language)), "")
        reason = (
            _too_long(item, settings)
            or contaminated.get(item.id, "")
            or _repeated(instructions, item.instruction, _PROSE, item.id, "instruction")
            or _repeated(programs, item.program, item.language, item.id, "response")
            or _too_common(first, names, settings)
        )
        if reason:
            yield item.id, reason
        else:
            names[first] += 1


def _too_long(item: KeptItem, settings: AlignSettings) -> str:
    words = len(item.instruction.split())
    return "instruction too long" if words > settings.instruction_words else ""


def _repeated(kept: NearDuplicates, text: str, language: str, name: str, what: str) -> str:
    found = kept.judge_texts([text], [language], [name])[0]
    return f"{found.reason.replace('_', '-')} {what}" if found else ""


def _too_common(name: str, names: Counter[str], settings: AlignSettings) -> str:
    common = bool(name) and bool(settings.same_name) and names[name] >= settings.same_name
    return "name comes too often" if common else ""
