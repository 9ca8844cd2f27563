"""What every benchmark prints: a table for people and, last, one line of JSON.

A figure without a limit only informs; it says `holds: true`. A benchmark that ran exits with 0, whatever its
figures say: a figure that falls short is a finding, not a failure of the command.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and what it is held against."""

    name: str
    value: float
    unit: str
    target: float | None
    """The bound that `value` is held to; None where it only informs."""
    against: str
    """The peer, or the limit, behind `target`."""
    holds: bool


def at_least(name: str, value: float, unit: str, target: float, against: str) -> Figure:
    """A figure that should be as large as `target`, or larger."""
    return Figure(name, round(value, 3), unit, round(target, 3), against, value >= target)


def at_most(name: str, value: float, unit: str, target: float, against: str) -> Figure:
    """A figure that should be as small as `target`, or smaller."""
    return Figure(name, round(value, 3), unit, round(target, 3), against, value <= target)


def informs(name: str, value: float, unit: str, against: str = "") -> Figure:
    """A figure without a bound."""
    return Figure(name, round(value, 3), unit, None, against, holds=True)


def report(bench: str, figures: Iterable[Figure], notes: Iterable[str] = ()) -> None:
    """Print the table, then the notes, then the JSON line."""
    listed = list(figures)
    rows = [("figure", "value", "unit", "target", "against", "holds")]
    rows += [
        (one.name, f"{one.value:g}", one.unit, "" if one.target is None else f"{one.target:g}", one.against, _word(one))
        for one in listed
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"- {note}" for note in notes]
    lines.append(json.dumps({"bench": bench, "figures": [asdict(one) for one in listed]}))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _word(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return "yes" if figure.holds else "NO"
