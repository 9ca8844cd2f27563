"""What the dialogues of each run are like, for a terminal and as JSON; the runs themselves are `statistics.py`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from aiev.view.figures import RunFigures, figures
from aiev.view.safe import safe
from aiev.view.statistics import runs_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from aiev.store.reading.dialogues import DialogueReader

MOST_LISTED = 8
"""Names of one kind in a line."""


def detailed_json(reader: DialogueReader) -> list[dict[str, Any]]:
    """Runs as `runs_json` gives them; `figures` holds what `RunFigures.as_dict` says of each."""
    found = figures(reader)
    return [row | {"figures": found.get(row["id"], RunFigures()).as_dict()} for row in runs_json(reader)]


def details(rows: list[dict[str, Any]]) -> RenderableType:
    """A block of lines for each run of `detailed_json`."""
    return Group(*(part for row in rows for part in _details(row)))


def _details(row: dict[str, Any]) -> list[RenderableType]:
    """A run's figures in a few lines; runs in which nothing has ended have none."""
    found = row["figures"]
    if not row["ended"]:
        return []
    lengths = (f"{name} {values['p50']} (up to {values['most']})" for name, values in found["lengths"].items())
    shares = (
        f"{name} " + " ".join(f"{share:.2f}" for share in values.values())
        for name, values in found["diversity"].items()
        if values
    )
    lines = {
        "funnel": " > ".join(f"{count} {name}" for name, count in found["funnel"].items()),
        "split": _listed(found["splits"]),
        "labels": _listed(found["labels"]),
        "languages": _listed(found["languages"]),
        "errors": _listed(found["errors"]),
        "libraries": _listed(found["libraries"]),
        "median length": ", ".join(lengths),
        "distinct n-grams": ", ".join(shares),
        "cost": _cost(found["cost"]),
    }
    grid = Table.grid(padding=(0, 2))
    for name, text in lines.items():
        if text:
            grid.add_row(Text(name, "bold"), Text(safe(text)))
    return [Text(f"\n{row['id']} {safe(row['model'])}", "bold underline"), grid]


def _listed(counts: dict[str, int]) -> str:
    shown = [f"{count} {name}" for name, count in counts.items()]
    more = f" and {len(shown) - MOST_LISTED} more" if len(shown) > MOST_LISTED else ""
    return ", ".join(shown[:MOST_LISTED]) + more


def _cost(cost: dict[str, Any] | None) -> str:
    if cost is None:
        return ""
    per = cost["dollars_per_accepted"]
    unpriced = f"; {cost['unpriced']} of {cost['replies']} replies have no known price" if cost["unpriced"] else ""
    return f"${cost['dollars']:.4f}" + (f", ${per:.4f} an accepted dialogue" if per is not None else "") + unpriced
