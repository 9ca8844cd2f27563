"""The two kinds of tables that every view is made of. Text in them is never read as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from aiev.visible import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def pairs(rows: Iterable[tuple[str, str | Text]]) -> Table:
    """Names in bold, each followed by its value."""
    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(Text(visible(name), "bold"), value if isinstance(value, Text) else Text(visible(value)))
    return grid


def columns(names: Iterable[str], *, numbers: Collection[str] = ()) -> Table:
    """An empty table without lines; the columns in `numbers` are aligned to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, justify="right" if name in numbers else "left")
    return table
