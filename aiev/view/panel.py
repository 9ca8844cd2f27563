"""The live panel of a run, and its plain lines where there is no terminal.

Invariant: shows what `Figures` holds and nothing it computed itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections import Counter

    from rich.console import RenderableType


class Figures(Protocol):
    """What the panel shows; a run's `Progress` has it all."""

    total: int
    already: int
    in_flight: int
    statuses: Counter[str]
    rounds: Counter[int]
    verdicts: Counter[str]
    replayed: int
    retries: int
    draining: bool
    stopped: str

    @property
    def done(self) -> int:
        """Dialogues that have ended."""
        ...

    @property
    def all_cost(self) -> float:
        """US dollars, all starts together, as far as prices are known."""
        ...

    @property
    def all_requests(self) -> int:
        """Replies, all starts together."""
        ...

    @property
    def all_unpriced(self) -> int:
        """Those of them whose price is not known."""
        ...

    @property
    def projected_cost(self) -> float | None:
        """Estimate; None before there is one."""
        ...

    @property
    def cost_per_accepted(self) -> float | None:
        """None before a dialogue is accepted."""
        ...

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        ...

    @property
    def tokens_per_second(self) -> float:
        """Tokens written a second."""
        ...

    @property
    def seconds_left(self) -> float | None:
        """Estimate; None before there is one."""
        ...


def panel(figures: Figures, title: str) -> RenderableType:
    """The live panel."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column()
    counts = Text()
    for status, colour in (("accepted", "green"), ("discarded", "yellow"), ("failed", "red")):
        counts.append(f"{figures.statuses[status]} {status}  ", colour)
    counts.append(f"{figures.in_flight} in flight")
    grid.add_row("dialogues", counts)
    grid.add_row("", ProgressBar(total=max(1, figures.total), completed=figures.done, width=50))
    grid.add_row("rounds", Text(histogram(figures.rounds) or "none accepted yet"))
    grid.add_row("verdicts", Text(histogram(figures.verdicts) or "nothing has run yet"))
    retries = f", {figures.retries} calls made again" if figures.retries else ""
    grid.add_row("speed", Text(f"{figures.tokens_per_second:.0f} tokens/s{retries}"))
    grid.add_row("cost", Text(cost(figures)))
    left = figures.seconds_left
    grid.add_row("time", Text(f"{span(figures.seconds)} gone, {span(left) if left is not None else '?'} left"))
    if figures.draining:
        why = f"{figures.stopped}; " if figures.stopped else ""
        grid.add_row("", Text(f"{why}finishing what is in flight; Ctrl-C again stops at once", "yellow"))
    return Panel(grid, title=Text(title), title_align="left")


def line(figures: Figures) -> str:
    """The same in one plain line."""
    counts = ", ".join(f"{figures.statuses[status]} {status}" for status in ("accepted", "discarded", "failed"))
    left = figures.seconds_left
    return (
        f"{figures.done}/{figures.total}: {counts}; {figures.tokens_per_second:.0f} tokens/s; cost {cost(figures)}; "
        f"{span(figures.seconds)} gone, {span(left) if left is not None else '?'} left"
    )


def cost(figures: Figures) -> str:
    """Cost so far, projected, and for each accepted dialogue; what is not known is said to be so."""
    if not figures.all_requests:
        return "nothing yet"
    if figures.all_unpriced == figures.all_requests:
        return "unknown (no price: model.price_input, model.price_output)"
    unknown = f" and {figures.all_unpriced} replies without a price" if figures.all_unpriced else ""
    parts = [f"{money(figures.all_cost)} so far{unknown}"]
    if figures.projected_cost is not None:
        parts.append(f"{money(figures.projected_cost)} projected")
    if figures.cost_per_accepted is not None:
        parts.append(f"{money(figures.cost_per_accepted)} for each accepted")
    return ", ".join(parts)


def money(dollars: float) -> str:
    """US dollars as `$12.30`, and small amounts with the digits that count."""
    if dollars >= 1 or not dollars:
        return f"${dollars:,.2f}"
    return f"${dollars:.2g}" if dollars >= 0.0001 else f"${dollars:.1e}"  # noqa: PLR2004 - where %g turns to exponents


def histogram(counter: Counter[int] | Counter[str]) -> str:
    """`1×4  2×1` for rounds, `error×3  ok×5` for verdicts."""
    return "  ".join(f"{name}×{count}" for name, count in sorted(counter.items(), key=lambda item: str(item[0])))


def span(seconds: float) -> str:
    """A time span as `1 h 02 min`, `3 min 05 s` or `7 s`."""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{whole} s"
    if whole < 3600:  # noqa: PLR2004 - seconds in an hour
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
