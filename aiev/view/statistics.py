"""Figures of each run, for a terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from aiev.view.panel import histogram
from aiev.view.safe import safe

if TYPE_CHECKING:
    from rich.console import RenderableType

    from aiev.store.reader import Reader


def runs_table(reader: Reader) -> RenderableType:
    """One column block for each run, the newest first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("run", "model", "sandbox", "accepted", "share", "rounds of accepted", "verdicts", "tokens"):
        table.add_column(name)
    for row in runs_json(reader):
        accepted, ended = row["statuses"].get("accepted", 0), row["ended"]
        share = f"{accepted / ended:.0%}" if ended else "-"
        cells = (row["id"], safe(row["model"]), row["interpreter"], f"{accepted} of {ended}", share)
        table.add_row(*map(Text, cells), Text(row["rounds_text"]), Text(row["verdicts_text"]), Text(str(row["tokens"])))
    return table


def runs_json(reader: Reader) -> list[dict[str, Any]]:
    """Runs with their counts; `rounds` maps rounds of accepted conversations to how many took so many."""
    rows = []
    for run in reader.runs():
        counts = reader.counts(run.id)
        rows.append(
            {
                "id": run.id,
                "recipe": run.recipe,
                "model": run.model,
                "interpreter": run.interpreter,
                "image": run.image,
                "started_at": run.started_at,
                "ended": counts.statuses.total() - counts.statuses["running"],
                "statuses": dict(counts.statuses),
                "rounds": dict(counts.rounds),
                "rounds_text": histogram(counts.rounds),
                "verdicts": dict(counts.verdicts),
                "verdicts_text": histogram(counts.verdicts),
                "tokens": counts.completion_tokens,
                "seconds": counts.seconds,
            }
        )
    return rows
