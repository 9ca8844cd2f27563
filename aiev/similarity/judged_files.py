"""Compares files of seeds, dialogues or any other rows with benchmarks, and reports what resembles them.

Invariant: every row is counted once, as clean or as contaminated; rows are streamed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TextIO

from aiev.errors import UsageError
from aiev.processes import map_batches
from aiev.similarity.decontamination import Contaminated, Decontaminator
from aiev.similarity.indexes import benchmark_items
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates import batched
from aiev.store.reading.texts import TextReader
from aiev.tables.read import read_rows
from aiev_agents.languages import canonical_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiev.config.settings import Settings
    from aiev.similarity.benchmarks import BenchmarkItem

_ROWS = 256
_PROSE = frozenset({"problem", "instruction", "prompt", "text", "description", "question", "docstring"})
_FENCED = re.compile(r"^[ \t]*```([\w+#-]*+)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL | re.MULTILINE)
_DATABASES = (".db", ".sqlite", ".sqlite3")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of what is judged."""

    where: str
    """Its file and line, or what names it in a database."""
    texts: tuple[tuple[str, str], ...]
    """Texts with their languages."""
    data: dict[str, Any]


def decontaminate(
    settings: Settings,
    files: Sequence[Path],
    *,
    against: Sequence[str] = (),
    language: str = "python",
    fields: Sequence[str] = (),
    out: Path | None = None,
) -> dict[str, Any]:
    """Judge the rows of files.

    Args:
        settings: the configuration.
        files: .jsonl, .json, .csv, .parquet (also with .gz), or databases of aiev, of which seeds, problems and
            programs are judged.
        against: benchmarks; none takes those of the configuration.
        language: of code in rows that do not say.
        fields: which fields of a row are judged; none takes every text in it.
        out: a JSONL file for the clean rows.

    Returns:
        The report, ready for JSON.

    Raises:
        UsageError: a file or a benchmark cannot be read, or a row has no text.
    """
    items = benchmark_items(settings, against)
    if not items:
        raise UsageError("no benchmark to compare with; name one with --against")
    report = _Report(Counter(item.benchmark for item in items))
    with _opened(out) if out else nullcontext() as clean:
        for row, own in judged_rows(items, rows_of(files, language, fields), settings):
            report.count(row.where, own)
            if clean and not own:
                clean.write(json.dumps(row.data, ensure_ascii=False, default=str) + "\n")
    return report.data()


def judged_rows(
    items: Sequence[BenchmarkItem], rows: Iterator[Row], settings: Settings
) -> Iterator[tuple[Row, list[Contaminated]]]:
    """Rows, each with what was found in its texts, in their order."""
    task = Decontaminator(items, settings.decontamination.similarity).judge_pairs
    batches = _Remembered(batched(rows, _ROWS))
    for verdicts in map_batches(task, batches.texts(), settings.decontamination.workers):
        yield from batches.next(verdicts)


def _opened(out: Path) -> TextIO:
    try:
        return out.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}; give --out a file in a folder that is there") from None


class _Remembered:
    """Keeps the rows of batches that are with the workers until their verdicts come back."""

    def __init__(self, batches: Iterator[list[Row]]) -> None:
        self._batches = batches
        self._waiting: list[list[Row]] = []

    def texts(self) -> Iterator[list[tuple[str, str]]]:
        """The texts of each batch, in one list."""
        for batch in self._batches:
            self._waiting.append(batch)
            yield [text for row in batch for text in row.texts]

    def next(self, verdicts: Sequence[Contaminated | None]) -> Iterator[tuple[Row, list[Contaminated]]]:
        """Each row of the oldest batch with what was found in it."""
        given = iter(verdicts)
        for row in self._waiting.pop(0):
            own = [next(given) for _ in row.texts]
            yield row, [one for one in own if one]


class _Report:
    def __init__(self, benchmarks: Counter[str]) -> None:
        self._benchmarks = benchmarks
        self._rows = 0
        self._tests, self._by_benchmark = Counter[str](), Counter[str]()
        self._found: list[dict[str, Any]] = []

    def count(self, where: str, found: Sequence[Contaminated]) -> None:
        """Count a row."""
        self._rows += 1
        hits = [hit for one in found for hit in one.hits]
        if not hits:
            return
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


def rows_of(files: Sequence[Path], language: str = "python", fields: Sequence[str] = ()) -> Iterator[Row]:
    """Rows of files and databases; see `decontaminate`."""
    for file in files:
        if file.suffix in _DATABASES:
            yield from _stored(file)
            continue
        for where, row in read_rows(file):
            texts = tuple(_texts(row, language, fields))
            if not texts:
                raise UsageError(f"{where}: no text in {', '.join(fields) or 'any field'}; name fields with --field")
            yield Row(where, texts, row)


def _stored(file: Path) -> Iterator[Row]:
    with TextReader.open(file) as reader:
        for kind in ("seeds", "problems", "programs"):
            for name, text, language in reader.texts(kind):
                where = f"{file}: {kind[:-1]} {name}"
                yield Row(where, ((text, language),), {"kind": kind[:-1], "id": name, "content": text})


def _texts(row: dict[str, Any], language: str, fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Texts of a row with their languages; code in fences counts for itself too."""
    own = canonical_name(str(row.get("language") or row.get("lang") or language)) or language
    for name in fields or row:
        for text in _strings(row.get(name)):
            yield text, TEXT if name in _PROSE or "```" in text else own
            for fence in _FENCED.finditer(text):
                yield fence[2], canonical_name(fence[1]) or own


def _strings(value: Any) -> Iterator[str]:
    """A text, or the contents of a list of messages."""
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, list):
        for message in value:
            yield from _strings(message.get("content") if isinstance(message, dict) else None)
