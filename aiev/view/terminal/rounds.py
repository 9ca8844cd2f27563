"""The rounds of self-learning, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from aiev.view.safe import safe
from aiev.view.terminal.tables import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table


def rounds_view(rows: Sequence[dict[str, Any]]) -> Table:
    """A line for each round of `round_documents`."""
    table = columns(("round", "made by", "train", "test", "student", "loss", "decision"))
    for row in rows:
        training, gate = row["training"] or {}, row["gate"] or {}
        found = training.get("metrics", {})
        known = found.get("loss_before") is not None
        table.add_row(
            str(row["number"]),
            row["stage"],
            str(row["items"]["train"]),
            str(row["items"]["test"]),
            Text(safe(training.get("adapter", "-"))),
            f"{found['loss_before']:.3f} to {found['loss_after']:.3f}" if known else "-",
            Text(gate.get("sentence", "-")),
        )
    return table
