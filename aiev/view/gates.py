"""Evaluations and decisions of the gate, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from aiev.view.panel import histogram
from aiev.view.safe import safe

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from rich.console import RenderableType

    from aiev.store.student_records import EvaluationRecord, GateItemRecord, GateRecord

_SHOWN = 20
"""Problems whose evidence a terminal gets."""


def evaluation_view(record: EvaluationRecord, verdicts: Counter[str], notes: Sequence[tuple[str, str]] = ()) -> Table:
    """What a model reached."""
    scores = ", ".join(f"pass@{k} {value:.3f}" for k, value in record.pass_at_k.items())
    what = record.benchmark or f"test problems of round {record.round}"
    rows = [
        ("evaluation", record.id),
        ("model", safe(record.model) + (f" ({record.subject})" if record.subject else "")),
        ("problems", f"{record.items} of {what}, {record.samples} samples each"),
        ("result", scores),
        ("verdicts", histogram(verdicts) or "-"),
        ("sandbox", f"{record.interpreter} ({record.image})"),
        *notes,
    ]
    return _grid(rows)


def contamination_rows(report: dict[str, Any] | None) -> list[tuple[str, str]]:
    """The report beside a benchmark's score, as lines of `evaluation_view`; None says that there is none."""
    if report is None:
        return [("contamination", "not looked for: name what the model was trained on with --trained-on FILE")]
    scores = {name: "-" if value is None else f"{value:.3f}" for name, value in report["pass_at_1"].items()}
    tests = ", ".join(f"{count} {name}" for name, count in report["tests"].items())
    clean = report["problems"] - report["found"]
    rows = [
        ("compared with", f"{safe(report['compared'])}: {report['rows']} rows"),
        (
            "contamination",
            f"{report['found']} of {report['problems']} problems found" + (f" ({tests})" if tests else ""),
        ),
        ("pass@1 without", f"{scores['without']} on the {clean} clean problems; {scores['found']} on those found"),
    ]
    for hit in report["hits"][:_SHOWN]:
        first = hit["evidence"][0]
        how = f"{first['test']} of {first['of']} {first['similarity']:.2f} in {first['row']}"
        more = f" and {hit['rows'] - 1} more" if hit["rows"] > 1 else ""
        rows.append(("", safe(f"{hit['problem']}: {how}{more}: {first['piece']}")))
    if len(report["hits"]) > _SHOWN:
        rows.append(("", f"and {len(report['hits']) - _SHOWN} more; --json has all"))
    return rows


def gate_view(record: GateRecord, items: Sequence[GateItemRecord]) -> RenderableType:
    """A decision with its evidence, and the problems that only one of the two solved better."""
    found, rules = record.evidence, record.rules
    interval = f"[{found['low']:+.3f}, {found['high']:+.3f}] ({rules['confidence']:.0%}, bootstrap over problems)"
    rows = [
        ("decision", record.sentence),
        ("teacher", f"{safe(record.teacher)}: {found['teacher_pass_at_1']:.3f} pass@1"),
        ("student", f"{safe(record.student)}: {found['student_pass_at_1']:.3f} pass@1"),
        ("problems", f"{found['items']}: {found['student_only']} for the student, {found['teacher_only']} for the "
         f"teacher, {found['alike']} alike" + _set_aside(found.get("set_aside", 0))),
        ("McNemar", f"p = {found['p_value']:.4g} one-sided, {found['p_value_two_sided']:.4g} two-sided (exact)"),
        ("difference", f"{found['difference']:+.3f} {interval}"),
        ("rule", f"{rules['rule']}, alpha {rules['alpha']:g}, at least {rules['min_items']} problems"),
    ]  # fmt: skip
    return Group(_grid(rows), Text(), _items(items))


def _set_aside(count: int) -> str:
    return f"; {count} of the student's own set aside: no solution of the teacher passes their tests" if count else ""


def _items(items: Sequence[GateItemRecord]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("problem", "teacher", "student", ""):
        table.add_column(name)
    for item in items:
        teacher, student = item.teacher_passed / item.teacher_samples, item.student_passed / item.student_samples
        mark = "student" if student > teacher else "teacher" if teacher > student else ""
        table.add_row(
            Text(item.item),
            f"{item.teacher_passed}/{item.teacher_samples}",
            f"{item.student_passed}/{item.student_samples}",
            mark,
        )
    return table


def _grid(rows: Sequence[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(Text(name, "bold"), Text(value))
    return grid
