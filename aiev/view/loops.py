"""The rounds of a loop, for a terminal and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from aiev.store.student import StudentReader
from aiev.view.safe import safe

if TYPE_CHECKING:
    from pathlib import Path


def rounds_json(db: Path) -> list[dict[str, Any]]:
    """Every round with its items, training and decision."""
    with StudentReader(db) as reader:
        gates = {gate.round: gate for gate in reversed(reader.gates())}
        trainings = {one.round: one for one in reversed(reader.trainings())}
        items = reader.round_items()
        return [
            asdict(one)
            | {
                "items": {part: sum(i.part == part and i.round <= one.number for i in items) for part in _PARTS},
                "training": asdict(trainings[one.number]) if one.number in trainings else None,
                "gate": asdict(gates[one.number]) if one.number in gates else None,
            }
            for one in reader.rounds()
        ]


_PARTS = ("train", "test", "held")


def rounds_view(db: Path) -> Table:
    """One line for each round."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("round", "made by", "train", "test", "student", "loss", "decision"):
        table.add_column(name)
    for row in rounds_json(db):
        training, gate = row["training"] or {}, row["gate"] or {}
        found = training.get("metrics", {})
        known = found.get("loss_before") is not None
        table.add_row(
            str(row["number"]),
            row["stage"].replace("_", "-"),
            str(row["items"]["train"]),
            str(row["items"]["test"]),
            Text(safe(training.get("adapter", "-"))),
            f"{found['loss_before']:.3f} to {found['loss_after']:.3f}" if known else "-",
            Text(gate.get("sentence", "-")),
        )
    return table
