"""Which dialogues go into a dataset: each one that does not is dropped for one reason, which is counted.

Invariant: taken = kept + the sum over all reasons. Dialogues are looked at one by one; near-duplicates are found before
(`duplicates.py`).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from aiev.dataset.sample import UNKNOWN_LICENCE
from aiev.dataset.thoughts import apart
from aiev.similarity.lexing import TEXT
from aiev.store.reading.standing import stands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiev.dataset.exported import Funnel
    from aiev.dataset.judges import Judge
    from aiev.dataset.settings import ExportSettings
    from aiev.store.reading.dialogues import DialogueRecord

BATCH = 256
"""Dialogues that a judge gets at once."""


def select(
    dialogues: Iterable[DialogueRecord],
    settings: ExportSettings,
    judges: Sequence[Judge],
    worse: frozenset[str],
    funnel: Funnel,
) -> Iterator[DialogueRecord]:
    """Yield the dialogues that are kept, and count all.

    Args:
        dialogues: read in order, a batch at a time.
        settings: filters.
        judges: asked in order about what the filters keep; the first that drops a dialogue counts.
        worse: ids of near-duplicates of something better.
        funnel: counted into.
    """
    wanted = _wanted(dialogues, settings, worse, funnel)
    while batch := list(islice(wanted, BATCH)):
        for judge in judges:
            batch = _judged(batch, judge, funnel)
        funnel.kept += len(batch)
        yield from batch


def unwanted(record: DialogueRecord, settings: ExportSettings) -> str:
    """Why the settings leave a dialogue out; empty when they do not."""
    if not admitted(record, settings):
        return _not_admitted(record)
    verdicts = {entry.verdict for entry in record.rounds}
    licence = record.seed.licence or UNKNOWN_LICENCE
    checks = {
        "mutation score": _reaches(record, "mutation_score", settings.min_mutation_score),
        "agreement": _reaches(record, "agreement_share", settings.min_agreement),
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
    return next((reason for reason, passed in checks.items() if not passed), "")


def admitted(record: DialogueRecord, settings: ExportSettings) -> bool:
    """Whether a dialogue is taken by how it ended and what its evidence says.

    A discarded one that never passed is a matter of `failures`, any other of `evidence`.
    """
    passed = record.passed_round > 0
    if record.status == "discarded" and not passed:
        return settings.failures
    return any(stands(one, record.status, record.evidence_status, passed=passed) for one in settings.evidence)


def _not_admitted(record: DialogueRecord) -> str:
    """Why, in a word or two: the status where there is nothing else, else what its evidence says."""
    if record.status not in {"accepted", "discarded"} or not record.passed_round:
        return record.status
    return record.evidence_status if record.evidence else "without evidence"


def _reaches(record: DialogueRecord, figure: str, least: float) -> bool:
    """Whether a figure of the evidence is as large as is asked for; of what never passed nothing is asked."""
    value = getattr(record.evidence, figure, None)
    return not least or not record.passed_round or (value is not None and value >= least)


def pieces_of(record: DialogueRecord) -> list[tuple[str, str]]:
    """The texts of a dialogue that are judged, each with its language, and all of its messages together."""
    messages = "\n".join(f"{message.reasoning}\n{message.content}".strip() for message in record.messages)
    pieces = [
        (record.seed.content, record.seed.language),
        (record.problem, TEXT),
        (record.program, record.language),
        (record.tests, record.language),
        (messages, TEXT),
        *((text, record.language) for pair in record.pairs for text in (pair.chosen, pair.rejected)),
    ]
    return [(text, language) for text, language in pieces if text]


def _wanted(
    dialogues: Iterable[DialogueRecord], settings: ExportSettings, worse: frozenset[str], funnel: Funnel
) -> Iterator[DialogueRecord]:
    for stored in dialogues:
        record = apart(stored, settings.reasoning)
        funnel.taken += 1
        reason = unwanted(record, settings) or ("near-duplicate" if record.id in worse else "")
        if reason:
            funnel.dropped[reason] += 1
        else:
            yield record


def _judged(batch: Sequence[DialogueRecord], judge: Judge, funnel: Funnel) -> list[DialogueRecord]:
    """What a judge keeps."""
    pieces = [(at, *piece) for at, record in enumerate(batch) for piece in pieces_of(record)]
    verdicts = judge.judge_texts([text for _, text, _ in pieces], [language for _, _, language in pieces])
    found: dict[int, object] = {}
    for (at, _, _), verdict in zip(pieces, verdicts, strict=True):
        if verdict is not None:
            found.setdefault(at, verdict)
    funnel.dropped.update(getattr(verdict, "reason", judge.name) for verdict in found.values())
    return [record for at, record in enumerate(batch) if at not in found]
