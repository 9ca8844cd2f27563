"""Looks for a benchmark's problems in a model's training data, and reports its score without them.

Invariants: a dialogue is searched as an export's decontamination searches it; every problem is either found or clean,
and pass@1 is reported for both; a problem that is found comes with the row, the test and the words. Not covered: the
data that the model's makers trained it on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aiev.dataset.selection import pieces_of
from aiev.similarity.decontamination.benchmarks import BenchmarkItem
from aiev.similarity.decontamination.report import judge_rows
from aiev.similarity.decontamination.rows import TextRow, rows_of
from aiev.store.reading.dialogues import DialogueReader
from aiev.student.evaluation import passed_by_item
from aiev.student.passk import mean_pass_at_k
from aiev.student.rounds import items_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from aiev.similarity.decontamination.hits import Hit
    from aiev.similarity.settings import DecontaminationSettings
    from aiev.store.reading.student import StudentReader
    from aiev.store.student_records import SampleRecord, TrainingRecord
    from aiev.student.problems import Problem

EVIDENCE = 3
"""Rows that are named for a problem, the most similar ones; all are counted."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a model was trained on."""

    name: str
    """In words."""
    rows: Iterator[TextRow]


def data_of_training(reader: StudentReader, training: TrainingRecord) -> TrainingData:
    """The dialogues that a student was trained on: those of its round and of all rounds before it."""
    items = items_of(reader.accepted(), training.round, "train")
    name = f"the {len(items)} training dialogues of {training.adapter} (round {training.round})"
    return TrainingData(name, _dialogues(reader.path, frozenset(item.id for item in items)))


def _dialogues(db: Path, ids: Collection[str]) -> Iterator[TextRow]:
    with DialogueReader.open(db) as reader:
        for record in reader.dialogues():
            if record.id in ids:
                yield TextRow(f"conversation {record.id}", tuple(pieces_of(record)), {})


def data_in_files(files: Sequence[Path]) -> TrainingData:
    """The rows of files, or of databases of aiev."""
    return TrainingData(", ".join(map(str, files)), rows_of(files))


def contamination(
    benchmark: str,
    problems: Sequence[Problem],
    samples: Sequence[SampleRecord],
    data: TrainingData,
    settings: DecontaminationSettings,
) -> dict[str, Any]:
    """Compare a benchmark with training data.

    Args:
        benchmark: its name.
        problems: those that the model was evaluated on.
        samples: of that evaluation.
        data: read once.
        settings: what counts as a copy.

    Returns:
        The report, ready for JSON: `compared`, `training_hash` (SHA-256 of the texts), `rows`, `problems`, `found`,
        `tests` (problems by test), `pass_at_1` (`all`, `without` the problems that were found, and `found` alone; null
        where there are none), `hits` (each problem that was found, with its rows and evidence).

    Raises:
        UsageError: a file cannot be read.
    """
    items = [_item(benchmark, problem) for problem in problems]
    digest, rows = hashlib.sha256(), 0
    found: dict[str, list[tuple[str, Hit]]] = {}
    for row, own in judge_rows(items, data.rows, settings):
        rows += 1
        digest.update("\n".join(text for text, _ in row.texts).encode(errors="surrogatepass"))
        hits = sorted(own, key=lambda hit: -hit.similarity)
        for problem in dict.fromkeys(hit.item for hit in hits):
            found.setdefault(problem, []).append((row.where, next(hit for hit in hits if hit.item == problem)))
    return {
        "compared": data.name,
        "training_hash": digest.hexdigest(),
        "rows": rows,
        "problems": len(problems),
        "found": len(found),
        "tests": dict(Counter(_strongest(hits)[0][1].test for hits in found.values()).most_common()),
        "pass_at_1": _scores(samples, found),
        "hits": [_problem(problem.id, found[problem.id]) for problem in problems if problem.id in found],
    }


def _item(benchmark: str, problem: Problem) -> BenchmarkItem:
    prompt = problem.text or problem.question
    return BenchmarkItem(benchmark, problem.id, (prompt,), problem.solution, problem.entry_point, problem.language)


def _strongest(hits: Sequence[tuple[str, Hit]]) -> list[tuple[str, Hit]]:
    return sorted(hits, key=lambda pair: -pair[1].similarity)[:EVIDENCE]


def _problem(name: str, hits: Sequence[tuple[str, Hit]]) -> dict[str, Any]:
    evidence = [
        {"row": where} | {key: value for key, value in asdict(hit).items() if key not in {"benchmark", "item"}}
        for where, hit in _strongest(hits)
    ]
    return {"problem": name, "rows": len(hits), "evidence": evidence}


def _scores(samples: Sequence[SampleRecord], found: Collection[str]) -> dict[str, float | None]:
    counts = passed_by_item(samples)
    parts = {
        "all": [*counts.values()],
        "without": [own for item, own in counts.items() if item not in found],
        "found": [own for item, own in counts.items() if item in found],
    }
    return {name: mean_pass_at_k(own, 1) if own else None for name, own in parts.items()}
