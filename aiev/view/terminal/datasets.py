"""Exports and splits, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from aiev.view.terminal.tables import columns, pairs

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from aiev.dataset.exported import Exported
    from aiev.dataset.split import SplitSummary

_SPLITS = ("train", "test", "held")


def exported_view(result: Exported, address: str = "") -> RenderableType:
    """An export with its files; `address` is where it was uploaded to."""
    dropped = ", ".join(f"{count} {reason}" for reason, count in result.funnel.dropped.most_common())
    lines = {
        "dialogues": f"{result.funnel.taken} taken, {result.funnel.kept} kept"
        + (f"; dropped: {dropped}" if dropped else ""),
        "judges": ", ".join(result.judges),
        "folder": str(result.folder),
    }
    if result.tells_evidence:
        lines["evidence"] = ", ".join(f"{count} {name}" for name, count in result.counts.get("evidence", {}).items())
    if address:
        lines["pushed to"] = address
    if result.split_tokens:
        words = ", ".join(result.split_tokens)
        lines["special tokens"] = f"{words}: not single tokens of this tokenizer; add them before training"
    return Group(pairs(lines.items()), _files(result))


def _files(result: Exported) -> Table:
    names = ["rows", *(["tokens", "masked", "trained", "longest"] if result.tokens else [])]
    table = columns(["file", *names], numbers=names)
    for file, rows in result.rows.items():
        tokens = result.tokens.get(file, {})
        table.add_row(Text(file), str(rows), *(str(tokens.get(name, 0)) for name in names[1:]))
    return table


def split_view(summary: SplitSummary) -> RenderableType:
    """The seeds of each language in each split."""
    table = columns(["language", *_SPLITS], numbers=_SPLITS)
    table.caption = f"{summary.added} seeds were added now"
    for language, counts in summary.seeds.items():
        table.add_row(Text(language), *(str(counts.get(name, 0)) for name in _SPLITS))
    return table
