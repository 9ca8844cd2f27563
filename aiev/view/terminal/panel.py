"""The live panel of a run, and the line that takes its place where there is no terminal.

Invariant: every figure is one of `Progress`; nothing is computed here. An unknown cost is reported as unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from aiev.view.amounts import histogram, money, span
from aiev.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from aiev.run.progress import Progress

_COLOURS = {"accepted": "green", "discarded": "yellow", "failed": "red"}


def panel(progress: Progress, title: str) -> RenderableType:
    """The live panel."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    counts = Text()
    for status, colour in _COLOURS.items():
        counts.append(f"{progress.statuses[status]} {status}  ", colour)
    counts.append(f"{progress.in_flight} in flight")
    grid.add_row("dialogues", counts)
    grid.add_row("", ProgressBar(total=max(1, progress.total), completed=progress.done, width=50))
    retries = f", {progress.retries} retries" if progress.retries else ""
    for name, value in (
        ("rounds", histogram(progress.rounds) or "none accepted yet"),
        ("verdicts", histogram(progress.verdicts) or "nothing has run yet"),
        ("speed", f"{progress.tokens_per_second:.0f} tokens/s{retries}"),
        ("cost", cost(progress)),
        ("time", _time(progress)),
    ):
        grid.add_row(name, Text(value))
    if progress.draining:
        why = f"{progress.stopped}; " if progress.stopped else ""
        grid.add_row("", Text(f"{why}finishing what is in flight; Ctrl-C again stops at once", "yellow"))
    return Panel(grid, title=Text(visible(title)), title_align="left")


def line(progress: Progress) -> str:
    """The state of a run in one line."""
    return _line(progress, ", ".join(f"{progress.statuses[status]} {status}" for status in _COLOURS))


def evaluation_line(progress: Progress) -> str:
    """The state of an evaluation in one line."""
    statuses = progress.statuses
    missing = f", {statuses['missing']} missing" if statuses["missing"] else ""
    return _line(progress, f"{statuses['passed']} passed, {statuses['failed']} failed{missing}")


def _line(progress: Progress, counts: str) -> str:
    return (
        f"{progress.done}/{progress.total}: {counts}; {progress.tokens_per_second:.0f} tokens/s; "
        f"cost {cost(progress)}; {_time(progress)}"
    )


def _time(progress: Progress) -> str:
    left = progress.seconds_left
    return f"{span(progress.seconds)} elapsed, {span(left) if left is not None else '?'} left"


def cost(progress: Progress) -> str:
    """Cost so far, projected, and for each accepted dialogue."""
    if not progress.all_requests:
        return "nothing yet"
    if progress.all_unpriced == progress.all_requests:
        return "unknown (no price: model.price_input, model.price_output)"
    unknown = f" and {progress.all_unpriced} replies without a price" if progress.all_unpriced else ""
    parts = [f"{money(progress.all_cost)} so far{unknown}"]
    if progress.projected_cost is not None:
        parts.append(f"{money(progress.projected_cost)} projected")
    if progress.cost_per_accepted is not None:
        parts.append(f"{money(progress.cost_per_accepted)} for each accepted")
    return ", ".join(parts)
