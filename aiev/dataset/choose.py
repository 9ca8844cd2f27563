"""Which dialogues go into a dataset: every choice drops with a reason, and all reasons are counted.

Invariant: taken = kept + the sum over all reasons. Choices look at one dialogue at a time, but for near-duplicates:
those are found in passes of their own, of which the first keeps a sketch of each dialogue and no text, and the second
the texts of those alone that are near to another.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiev.dataset.sample import UNKNOWN_LICENCE
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.index import keep_best
from aiev.similarity.near_duplicates.pairs import near_duplicate_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aiev.dataset.judges import Judge
    from aiev.dataset.settings import ExportSettings
    from aiev.store.reading.dialogues import DialogueRecord

BATCH = 256
"""Dialogues that a judge sees at once."""


@dataclass(slots=True)
class Funnel:
    """What came in, what was kept, and why the rest was dropped."""

    taken: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def drop(self, reason: str) -> None:
        """Count a dialogue that goes."""
        self.dropped[reason] += 1


def unwanted(record: DialogueRecord, settings: ExportSettings) -> str:
    """Why the settings leave a dialogue out, or nothing."""
    statuses = {"accepted", "discarded"} if settings.failures else {"accepted"}
    if record.status not in statuses:
        return record.status
    verdicts = {entry.verdict for entry in record.rounds}
    licence = record.seed.licence or UNKNOWN_LICENCE
    checks = {
        "label": (record.label or "none") in settings.labels,
        "too few rounds": len(record.rounds) >= settings.min_rounds,
        "too many rounds": not settings.max_rounds or len(record.rounds) <= settings.max_rounds,
        "verdict": not settings.verdicts or not verdicts.isdisjoint(settings.verdicts),
        "language": not settings.languages or record.language in settings.languages,
        "licence": not settings.licences or licence in settings.licences,
        "stage": not settings.stages or record.recipe in settings.stages,
        "model": not settings.models or record.model in settings.models,
        "run": not settings.runs or record.run_id.startswith(settings.runs),
        "held back from both splits": record.split != "held",
        "split": record.split in {*settings.splits, "held"},
    }
    return next((reason for reason, wanted in checks.items() if not wanted), "")


def choose(
    dialogues: Iterable[DialogueRecord],
    settings: ExportSettings,
    judges: Sequence[Judge],
    worse: frozenset[str],
    funnel: Funnel,
) -> Iterator[DialogueRecord]:
    """Yield what is kept and count all.

    Args:
        dialogues: read in order; never all held at once.
        settings: the choices.
        judges: asked in order about what the choices keep; the first that drops counts.
        worse: ids of near-duplicates of something better.
        funnel: counted into.
    """
    batch: list[DialogueRecord] = []
    for record in dialogues:
        funnel.taken += 1
        reason = unwanted(record, settings) or ("near-duplicate" if record.id in worse else "")
        if reason:
            funnel.drop(reason)
            continue
        batch.append(record)
        if len(batch) == BATCH:
            yield from _judged(batch, judges, funnel)
            batch = []
    yield from _judged(batch, judges, funnel)


def worse_duplicates(read: Callable[[], Iterable[DialogueRecord]], settings: ExportSettings) -> frozenset[str]:
    """Ids of wanted dialogues that are near-duplicates of a better one, which is kept, in the same split.

    Better is: accepted by a person, accepted by the interpreter, fewer rounds, more assertions.

    Args:
        read: gives all dialogues, in the order of their ids; called once or twice, and needs no messages.
        settings: the choices.
    """
    if settings.near_duplicates:
        return frozenset()
    crowded = _near_to_another(read, settings)
    by_split: dict[str, list[DialogueRecord]] = {}
    for record in read() if crowded else ():
        if record.id in crowded:
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


def _rank(record: DialogueRecord) -> tuple[bool, bool, int, int, str]:
    """Lower is better; among equals the first by id."""
    assertions = record.rounds[-1].assertions if record.rounds else 0
    return record.label != "accept", record.status != "accepted", len(record.rounds), -assertions, record.id


def _compared(record: DialogueRecord) -> str:
    """What dialogues are compared by. As prose: in words alone, since a lexer of code would take prose for names."""
    return f"{record.problem}\n{record.program}"


def _judged(batch: list[DialogueRecord], judges: Sequence[Judge], funnel: Funnel) -> Iterator[DialogueRecord]:
    """What every judge keeps; one that has been dropped is not shown to the next."""
    for judge in judges:
        pieces = [(at, *piece) for at, record in enumerate(batch) for piece in pieces_of(record)]
        verdicts = judge.judge_texts([text for _, text, _ in pieces], [language for _, _, language in pieces])
        found: dict[int, object] = {}
        for (at, _, _), verdict in zip(pieces, verdicts, strict=True):
            if verdict is not None:
                found.setdefault(at, verdict)
        for verdict in found.values():
            funnel.drop(getattr(verdict, "reason", judge.name))
        batch = [record for at, record in enumerate(batch) if at not in found]
    funnel.kept += len(batch)
    yield from batch


def pieces_of(record: DialogueRecord) -> list[tuple[str, str]]:
    """What a judge looks at, each with its language: a benchmark's item may be in any of it, alone or within all."""
    said = "\n".join(message.content for message in record.messages)
    pieces = [
        (record.seed.content, record.seed.language),
        (record.problem, TEXT),
        (record.program, record.language),
        (record.tests, record.language),
        (said, TEXT),
    ]
    return [(text, language) for text, language in pieces if text]
