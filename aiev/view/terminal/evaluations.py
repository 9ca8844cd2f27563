"""Evaluations, and what of a benchmark a model was trained on, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev.view.amounts import histogram
from aiev.view.safe import safe
from aiev.view.terminal.tables import pairs

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from aiev.store.student_records import EvaluationRecord

_SHOWN = 20
"""Problems that are listed."""


def missing_rows(missing: int, wanted: int, refused: Mapping[str, str]) -> list[tuple[str, str]]:
    """What an evaluation lacks, as notes of `evaluation_view`; nothing when it is whole."""
    if not missing:
        return []
    lacking = f"{missing} of {wanted} samples, which the endpoint refused; the result is that of the other problems"
    named = [("", safe(f"{problem}: {words}")) for problem, words in list(refused.items())[:_SHOWN]]
    more = len(refused) - _SHOWN
    return [("missing", lacking), *named, *([("", f"and {more} more; --json has all")] if more > 0 else [])]


def evaluation_view(record: EvaluationRecord, verdicts: Counter[str], notes: Sequence[tuple[str, str]] = ()) -> Table:
    """The scores of a model, followed by `notes`."""
    scores = ", ".join(f"pass@{k} {value:.3f}" for k, value in record.pass_at_k.items())
    problems = record.benchmark or f"test problems of round {record.round}"
    return pairs(
        [
            ("evaluation", record.id),
            ("model", safe(record.model) + (f" ({record.subject})" if record.subject else "")),
            ("problems", f"{record.items} of {problems}, {record.samples} samples each"),
            ("result", scores),
            ("verdicts", histogram(verdicts) or "-"),
            ("sandbox", f"{record.interpreter} ({record.image})"),
            *notes,
        ]
    )


def contamination_rows(report: dict[str, Any] | None) -> list[tuple[str, str]]:
    """The contamination report of a benchmark, as notes of `evaluation_view`; None says that there is none."""
    if report is None:
        return [("contamination", "not checked: name the training data of the model with --trained-on FILE")]
    scores = {name: "-" if value is None else f"{value:.3f}" for name, value in report["pass_at_1"].items()}
    tests = ", ".join(f"{count} {name}" for name, count in report["tests"].items())
    found = f"{report['found']} of {report['problems']} problems found" + (f" ({tests})" if tests else "")
    clean = report["problems"] - report["found"]
    rows = [
        ("compared with", f"{safe(report['compared'])}: {report['rows']} rows"),
        ("contamination", found),
        ("pass@1 without", f"{scores['without']} on the {clean} clean problems; {scores['found']} on those found"),
        *(("", safe(_hit(hit))) for hit in report["hits"][:_SHOWN]),
    ]
    more = len(report["hits"]) - _SHOWN
    return [*rows, ("", f"and {more} more; --json has all")] if more > 0 else rows


def _hit(hit: dict[str, Any]) -> str:
    first = hit["evidence"][0]
    how = f"{first['test']} of {first['of']} {first['similarity']:.2f} in {first['row']}"
    more = f" and {hit['rows'] - 1} more" if hit["rows"] > 1 else ""
    return f"{hit['problem']}: {how}{more}: {first['piece']}"
