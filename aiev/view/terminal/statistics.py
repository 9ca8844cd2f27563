"""The figures of runs, for a terminal: a table of all runs, and a block of lines for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from aiev.view.amounts import money, tokens_read, tokens_thought
from aiev.view.evidence import counts_line, reasons_line
from aiev.view.safe import safe
from aiev.view.terminal.tables import columns, pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.table import Table

MOST_LISTED = 8
"""Names of one kind in a line."""
_COLUMNS = (
    *("run", "model", "sandbox", "accepted", "share"),
    *("rounds of accepted", "verdicts", "tokens", "cost", "last start"),
)


def statistics_view(rows: Sequence[dict[str, Any]]) -> RenderableType:
    """The runs of `detailed_run_documents`."""
    return Group(runs_table(rows), *(part for row in rows for part in _figures(row)))


def runs_table(rows: Sequence[dict[str, Any]]) -> Table:
    """A line for each run of `run_documents`."""
    table = columns(_COLUMNS)
    for row in rows:
        accepted, ended = row["statuses"].get("accepted", 0), row["ended"]
        share = f"{accepted / ended:.0%}" if ended else "-"
        cells = (
            *(row["id"], safe(row["model"]), row["interpreter"], f"{accepted} of {ended}", share),
            *(row["rounds_text"], row["verdicts_text"], str(row["tokens"]), _money(row["cost"]), safe(_last(row))),
        )
        table.add_row(*map(Text, cells))
    return table


def _money(cost: dict[str, Any]) -> str:
    """Cost of a run, and for each accepted dialogue; an unknown price is reported as unknown."""
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


def _figures(row: dict[str, Any]) -> list[RenderableType]:
    """The figures of a run; nothing for a run in which no dialogue has ended."""
    if not row["ended"]:
        return []
    found = row["figures"]
    lengths = (f"{name} {values['p50']} (up to {values['most']})" for name, values in found["lengths"].items())
    shares = (
        f"{name} " + " ".join(f"{share:.2f}" for share in values.values())
        for name, values in found["diversity"].items()
        if values
    )
    read, written = row["tokens_read"], row["tokens_written"]
    lines = {
        "evidence": counts_line(row["evidence"]),
        "not verified": reasons_line(row["evidence"]),
        "funnel": " > ".join(f"{count} {name}" for name, count in found["funnel"].items()),
        "split": _listed(found["splits"]),
        "labels": _listed(found["labels"]),
        "languages": _listed(found["languages"]),
        "errors": _listed(found["errors"]),
        "libraries": _listed(found["libraries"]),
        "prompts": tokens_read(read["all"], read["cached"]),
        "thoughts": tokens_thought(written["all"], written["thoughts"]),
        "median length": ", ".join(lengths),
        "distinct n-grams": ", ".join(shares),
    }
    heading = Text(f"\n{row['id']} {safe(row['model'])}", "bold underline")
    return [heading, pairs((name, safe(text)) for name, text in lines.items() if text)]


def _listed(counts: dict[str, int]) -> str:
    shown = [f"{count} {name}" for name, count in counts.items()]
    more = f" and {len(shown) - MOST_LISTED} more" if len(shown) > MOST_LISTED else ""
    return ", ".join(shown[:MOST_LISTED]) + more
