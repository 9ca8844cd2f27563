"""Decisions of the gate with their evidence, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from aiev.view.safe import safe
from aiev.view.terminal.tables import columns, pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from aiev.store.student_records import GateItemRecord, GateRecord


def gate_view(record: GateRecord, items: Sequence[GateItemRecord]) -> RenderableType:
    """A decision with its evidence, and both models on each problem."""
    found, rules = record.evidence, record.rules
    interval = f"[{found['low']:+.3f}, {found['high']:+.3f}] ({rules['confidence']:.0%}, bootstrap over problems)"
    problems = (
        f"{found['items']}: {found['student_only']} for the student, {found['teacher_only']} for the teacher, "
        f"{found['alike']} alike" + _set_aside(found.get("set_aside", 0))
    )
    evidence = pairs(
        [
            ("decision", record.sentence),
            ("teacher", f"{safe(record.teacher)}: {found['teacher_pass_at_1']:.3f} pass@1"),
            ("student", f"{safe(record.student)}: {found['student_pass_at_1']:.3f} pass@1"),
            ("problems", problems),
            ("McNemar", f"p = {found['p_value']:.4g} one-sided, {found['p_value_two_sided']:.4g} two-sided (exact)"),
            ("difference", f"{found['difference']:+.3f} {interval}"),
            ("rule", f"{rules['rule']}, alpha {rules['alpha']:g}, at least {rules['min_items']} problems"),
        ]
    )
    return Group(evidence, Text(), _items(items))


def _set_aside(count: int) -> str:
    return f"; {count} of the student's own set aside: no solution of the teacher passes their tests" if count else ""


def _items(items: Sequence[GateItemRecord]) -> Table:
    table = columns(("problem", "teacher", "student", "better"))
    for item in items:
        teacher, student = item.teacher_passed / item.teacher_samples, item.student_passed / item.student_samples
        table.add_row(
            Text(item.item),
            f"{item.teacher_passed}/{item.teacher_samples}",
            f"{item.student_passed}/{item.student_samples}",
            "student" if student > teacher else "teacher" if teacher > student else "",
        )
    return table
