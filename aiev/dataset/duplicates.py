"""Dialogues that repeat a better one.

Found in two passes: the first keeps a sketch of each dialogue and no text, the second the texts of only those that are
near to another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.selection import unwanted
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.index import keep_best
from aiev.similarity.near_duplicates.pairs import near_duplicate_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aiev.dataset.settings import ExportSettings
    from aiev.store.reading.dialogues import DialogueRecord


def worse_duplicates(read: Callable[[], Iterable[DialogueRecord]], settings: ExportSettings) -> frozenset[str]:
    """Ids of wanted dialogues that are near-duplicates of a better one, which is kept, in the same split.

    The better dialogue is the one accepted by a person, then by the interpreter, then the verified one, then the one
    with fewer rounds, then with more assertions.

    Args:
        read: gives all dialogues in the order of their ids, messages not needed; called once or twice.
        settings: filters, and the similarity of near-duplicates.
    """
    if settings.near_duplicates:
        return frozenset()
    near = _near_to_another(read, settings)
    by_split: dict[str, list[DialogueRecord]] = {}
    for record in read() if near else ():
        if record.id in near:
            by_split.setdefault(record.split, []).append(record)
    return frozenset(found for records in by_split.values() for found in _worse(records, settings.similarity))


def _near_to_another(read: Callable[[], Iterable[DialogueRecord]], settings: ExportSettings) -> frozenset[str]:
    """Ids of wanted dialogues that are near to another one."""
    ids: list[str] = []

    def texts() -> Iterator[tuple[str, str]]:
        for record in read():
            if not unwanted(record, settings):
                ids.append(record.id)
                yield _compared(record), TEXT

    pairs = near_duplicate_pairs(texts(), settings.similarity)
    return frozenset(ids[position] for pair in pairs for position in pair)


def _worse(records: Sequence[DialogueRecord], similarity: float) -> Iterator[str]:
    """Ids of dialogues of one split that repeat a better one."""
    best_first = sorted(records, key=_rank)
    texts = [_compared(record) for record in best_first]
    scores = [-float(place) for place in range(len(texts))]
    for record, found in zip(best_first, keep_best(texts, [TEXT] * len(texts), scores, similarity), strict=True):
        if found:
            yield record.id


def _rank(record: DialogueRecord) -> tuple[bool, bool, bool, int, int, str]:
    """Lower is better; of equals the first by id."""
    assertions = record.rounds[-1].assertions if record.rounds else 0
    unverified = record.evidence_status != "verified"
    return (
        record.label != "accept",
        record.status != "accepted",
        unverified,
        len(record.rounds),
        -assertions,
        record.id,
    )


def _compared(record: DialogueRecord) -> str:
    """What dialogues are compared by; as prose, since a lexer of code would read prose as names."""
    return f"{record.problem}\n{record.program}"
