"""Compares rows of seeds, dialogues or anything else with benchmarks, and reports which resemble them.

Invariant: every row is counted once, as clean or as contaminated; rows are streamed.
"""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict
from itertools import islice, tee
from typing import TYPE_CHECKING, Any

from aiev.errors import UsageError
from aiev.processes import map_batches
from aiev.similarity.batches import batched
from aiev.similarity.decontamination.benchmarks import load_benchmarks
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.decontamination.rows import rows_of
from aiev.tables.writing import json_line
from aiev.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from aiev.similarity.decontamination.benchmarks import BenchmarkItem
    from aiev.similarity.decontamination.hits import Contaminated, Hit
    from aiev.similarity.decontamination.rows import TextRow
    from aiev.similarity.settings import DecontaminationSettings

_ROWS = 256


def decontaminate(
    settings: DecontaminationSettings,
    files: Sequence[Path],
    *,
    language: str = "python",
    fields: Sequence[str] = (),
    out: Path | None = None,
) -> dict[str, Any]:
    """Judge the rows of files.

    Args:
        settings: the benchmarks, and what counts as a copy.
        files: see `rows_of`.
        language: likewise.
        fields: likewise.
        out: a JSONL file for the clean rows.

    Returns:
        The report, ready for JSON.

    Raises:
        UsageError: a file or a benchmark cannot be read, or a row has no text.
        SetupError: what a benchmark needs is not installed.
    """
    items = load_benchmarks(settings)
    if not items:
        raise UsageError("no benchmark to compare with; name one with --against")
    report = _Report(Counter(item.benchmark for item in items))
    with whole_file(out, "--out") if out else nullcontext() as clean:
        for row, hits in judge_rows(items, rows_of(files, language, fields), settings):
            report.count(row.where, hits)
            if clean and not hits:
                clean.write(json_line(row.data))
    return report.data()


def judge_rows(
    items: Sequence[BenchmarkItem], rows: Iterable[TextRow], settings: DecontaminationSettings
) -> Iterator[tuple[TextRow, list[Hit]]]:
    """Rows in their order, each with the hits of its texts."""
    task = Decontaminator(items, settings.similarity).judge_pairs
    batches, texts = tee(batched(rows, _ROWS))
    verdicts = map_batches(task, ([text for row in batch for text in row.texts] for batch in texts), settings.workers)
    for found, batch in zip(verdicts, batches, strict=False):  # this order, or the last batch is taken twice
        given = iter(found)
        for row in batch:
            yield row, _hits(islice(given, len(row.texts)))


def _hits(verdicts: Iterable[Contaminated | None]) -> list[Hit]:
    return [hit for verdict in verdicts if verdict for hit in verdict.hits]


class _Report:
    def __init__(self, benchmarks: Counter[str]) -> None:
        self._benchmarks = benchmarks
        self._rows = 0
        self._tests, self._by_benchmark = Counter[str](), Counter[str]()
        self._found: list[dict[str, Any]] = []

    def count(self, where: str, hits: Sequence[Hit]) -> None:
        """Count a row."""
        self._rows += 1
        if hits:
            self._tests.update({hit.test for hit in hits})
            self._by_benchmark.update({hit.benchmark for hit in hits})
            self._found.append({"row": where, "hits": [asdict(hit) for hit in hits]})

    def data(self) -> dict[str, Any]:
        return {
            "against": [{"benchmark": name, "items": count} for name, count in self._benchmarks.items()],
            "rows": self._rows,
            "clean": self._rows - len(self._found),
            "contaminated": len(self._found),
            "tests": dict(self._tests.most_common()),
            "benchmarks": dict(self._by_benchmark.most_common()),
            "found": self._found,
        }
