"""What an export or a split came to, for a terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from aiev.dataset.export import Exported
    from aiev.dataset.split import SplitSummary


def exported_json(result: Exported, address: str) -> dict[str, Any]:
    """An export as plain data."""
    return {
        "out": str(result.folder),
        "rows": result.rows,
        "taken": result.funnel.taken,
        "kept": result.funnel.kept,
        "dropped": dict(result.funnel.dropped),
        "judges": result.judges,
        "counts": {name: dict(counter) for name, counter in result.counts.items()},
        "tokens": result.tokens,
        "split_tokens": result.split_tokens,
        "pushed_to": address,
    }


def exported_view(result: Exported, address: str) -> RenderableType:
    """An export for a terminal."""
    dropped = ", ".join(f"{count} {reason}" for reason, count in result.funnel.dropped.most_common())
    lines = {
        "dialogues": f"{result.funnel.taken} taken, {result.funnel.kept} kept"
        + (f"; dropped: {dropped}" if dropped else ""),
        "judges": ", ".join(result.judges),
        "folder": str(result.folder),
    }
    if address:
        lines["pushed to"] = address
    if result.split_tokens:
        words = ", ".join(result.split_tokens)
        lines["special tokens"] = f"{words}: not single tokens of this tokenizer; add them before training"
    grid = Table.grid(padding=(0, 2))
    for name, value in lines.items():
        grid.add_row(Text(name, "bold"), Text(value))
    return Group(grid, _files(result))


def _files(result: Exported) -> Table:
    names = ["rows", *(["tokens", "masked", "trained", "longest"] if result.tokens else [])]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("file")
    for name in names:
        table.add_column(name, justify="right")
    for file, rows in result.rows.items():
        tokens = result.tokens.get(file, {})
        table.add_row(Text(file), str(rows), *(str(tokens.get(name, 0)) for name in names[1:]))
    return table


def split_view(summary: SplitSummary) -> RenderableType:
    """A split for a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold", caption=f"{summary.added} seeds were added now")
    table.add_column("language")
    for name in ("train", "test", "held"):
        table.add_column(name, justify="right")
    for language, counts in summary.seeds.items():
        table.add_row(Text(language), *(str(counts.get(name, 0)) for name in ("train", "test", "held")))
    return table
