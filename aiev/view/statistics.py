"""Figures of each run, for a terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from aiev.view.panel import histogram, money
from aiev.view.safe import safe

if TYPE_CHECKING:
    from rich.console import RenderableType

    from aiev.store.reading.reader import Reader


def runs_table(reader: Reader) -> RenderableType:
    """One column block for each run, the newest first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in (
        "run",
        "model",
        "sandbox",
        "accepted",
        "share",
        "rounds of accepted",
        "verdicts",
        "tokens",
        "cost",
        "last",
    ):
        table.add_column(name)
    for row in runs_json(reader):
        accepted, ended = row["statuses"].get("accepted", 0), row["ended"]
        share = f"{accepted / ended:.0%}" if ended else "-"
        cells = (row["id"], safe(row["model"]), row["interpreter"], f"{accepted} of {ended}", share)
        more = (row["rounds_text"], row["verdicts_text"], str(row["tokens"]), _money(row["cost"]), safe(_last(row)))
        table.add_row(*map(Text, cells), *map(Text, more))
    return table


def runs_json(reader: Reader) -> list[dict[str, Any]]:
    """Runs with their counts; `rounds` maps rounds of accepted conversations to how many took so many."""
    rows = []
    for run in reader.runs():
        counts, spent, starts = reader.counts(run.id), reader.spent(run.id), reader.starts(run.id)
        accepted = counts.statuses["accepted"]
        cost = spent.cost if spent.requests and not spent.unpriced else None
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
                "cost": {
                    "so_far": cost,
                    "per_accepted": cost / accepted if cost is not None and accepted else None,
                    "known_part": spent.cost,
                    "replies_without_price": spent.unpriced,
                },
                "starts": [
                    {"at": start.started_at, "ended": start.ended_at, "outcome": start.outcome, "reason": start.reason}
                    for start in starts
                ],
            }
        )
    return rows


def _money(cost: dict[str, Any]) -> str:
    """Cost of a run, and for each accepted dialogue; a part without a known price is never shown as 0."""
    if cost["so_far"] is None:
        return f"{money(cost['known_part'])} and unknown" if cost["known_part"] else "unknown"
    each = cost["per_accepted"]
    return money(cost["so_far"]) + (f", {money(each)} each" if each is not None else "")


def _last(row: dict[str, Any]) -> str:
    """How the newest start ended."""
    if not row["starts"]:
        return "-"
    start = row["starts"][0]
    return f"{start['outcome']}: {start['reason']}" if start["reason"] else str(start["outcome"])
