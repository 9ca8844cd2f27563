"""Which dialogues go into a dataset: every choice drops with a reason, and all reasons are counted.

Invariant: taken = kept + the sum over all reasons. Choices look at one dialogue at a time, but for near-duplicates:
those are found in a pass of their own, which keeps one signature for each dialogue and no text.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiev.dataset.near_duplicates import Groups, MinHashPairs
from aiev.dataset.sample import UNKNOWN_LICENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiev.config import ExportConfig
    from aiev.dataset.judges import Judge
    from aiev.dataset.near_duplicates import NearDuplicates
    from aiev.store.dialogues import DialogueRecord

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


def unwanted(record: DialogueRecord, settings: ExportConfig) -> str:
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
    settings: ExportConfig,
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


def worse_duplicates(
    dialogues: Iterable[DialogueRecord], settings: ExportConfig, near: NearDuplicates | None = None
) -> frozenset[str]:
    """Ids of wanted dialogues that are near-duplicates of a better one in the same split.

    Better is: accepted by a person, accepted by the interpreter, fewer rounds, more assertions.
    """
    if settings.near_duplicates:
        return frozenset()
    keys: list[tuple[str, tuple[int, ...], str]] = []
    wanted = (record for record in dialogues if not unwanted(record, settings))
    pairs = list((near or MinHashPairs(settings.similarity)).pairs(_noted(wanted, keys)))
    groups = Groups(len(keys))
    for one, other in pairs:
        if keys[one][0] == keys[other][0]:
            groups.join(one, other)
    best: dict[int, int] = {}
    for position, (_, rank, identity) in enumerate(keys):
        group = groups.of(position)
        if group not in best or (rank, identity) < keys[best[group]][1:]:
            best[group] = position
    kept = set(best.values())
    return frozenset(identity for position, (_, _, identity) in enumerate(keys) if position not in kept)


def _noted(
    dialogues: Iterable[DialogueRecord], keys: list[tuple[str, tuple[int, ...], str]]
) -> Iterator[tuple[str, str]]:
    """Texts to compare, while split, rank and id of each are noted."""
    for record in dialogues:
        assertions = record.rounds[-1].assertions if record.rounds else 0
        rank = (record.label != "accept", record.status != "accepted", len(record.rounds), -assertions)
        keys.append((record.split, tuple(map(int, rank)), record.id))
        yield f"{record.problem}\n{record.program}", record.language


def _judged(batch: list[DialogueRecord], judges: Sequence[Judge], funnel: Funnel) -> Iterator[DialogueRecord]:
    """What every judge keeps; one that has been dropped is not shown to the next."""
    for judge in judges:
        texts = [
            "\n".join([record.seed.content, *(message.content for message in record.messages)]) for record in batch
        ]
        verdicts = judge.judge_texts(texts, [record.language for record in batch])
        kept = []
        for record, verdict in zip(batch, verdicts, strict=True):
            if verdict is None:
                kept.append(record)
            else:
                funnel.drop(getattr(verdict, "reason", judge.name))
        batch = kept
    funnel.kept += len(batch)
    yield from batch
