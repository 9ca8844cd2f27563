"""Runs the teaching stage in front of a person: panel, Ctrl-C, summary.

Invariant: the first Ctrl-C lets what is in flight end, the second stops at once; both leave a database that the same
command goes on with.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from aiev.recipes.teach import Teaching, TeachResult
from aiev.seeds.asking import Asking
from aiev.seeds.build import late_filters, plan_of
from aiev.seeds.load import load_seeds
from aiev.telemetry.open import observers_of
from aiev.view.panel import cost, histogram, line, panel, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from aiev.config.settings import Config
    from aiev.run.progress import Progress
    from aiev.seeds.load import SeedSet

LINE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a start of a run came to."""

    result: TeachResult
    db: Path
    funnel: str
    interrupted: bool

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain data."""
        progress = self.result.progress
        return {
            "run": self.result.run_id,
            "db": str(self.db),
            "model": self.result.model,
            "interpreter": self.result.interpreter,
            "image": self.result.image,
            "seeds": self.funnel,
            "already_done": progress.already,
            "statuses": dict(progress.statuses),
            "rounds": dict(progress.rounds),
            "verdicts": dict(progress.verdicts),
            "replayed": progress.replayed,
            "suspended": progress.suspended,
            "retries": progress.retries,
            "tokens": {"read": progress.read, "written": progress.tokens, "run": progress.all_tokens},
            "cost": money_figures(progress),
            "seconds": round(progress.seconds, 1),
            "interrupted": self.interrupted,
            "stopped": progress.stopped,
        }

    def table(self) -> RenderableType:
        """The summary for a terminal."""
        progress = self.result.progress
        statuses = [f"{progress.statuses[name]} {name}" for name in ("accepted", "discarded", "failed")]
        rows = {
            "run": f"{self.result.run_id} in {self.db}",
            "model": self.result.model,
            "sandbox": f"{self.result.interpreter} ({self.result.image})",
            "seeds": self.funnel + (f"; {progress.already} were done before" if progress.already else ""),
            "dialogues": f"{progress.done}: " + ", ".join(statuses),
            "rounds": f"{histogram(progress.rounds) or '-'} (of the accepted)",
            "verdicts": histogram(progress.verdicts) or "-",
            "cost": cost(progress),
            "time": f"{span(progress.seconds)}, {progress.tokens_per_second:.0f} tokens/s",
        }
        if progress.stopped:
            rows["stopped"] = progress.stopped
            rows["next"] = "the same command with a larger limit goes on"
        else:
            rows["next"] = f"aiev inspect {self.db}" if not self.interrupted else "the same command again goes on"
        grid = Table.grid(padding=(0, 2))
        for name, value in rows.items():
            grid.add_row(Text(name, "bold"), Text(value))
        return grid


def money_figures(progress: Progress) -> dict[str, Any]:
    """Cost as plain data, US dollars; null where it is not known."""
    known = progress.all_unpriced == 0
    return {
        "so_far": progress.all_cost if known else None,
        "projected": progress.projected_cost if known else None,
        "per_accepted": progress.cost_per_accepted if known else None,
        "known_part": progress.all_cost,
        "replies_without_price": progress.all_unpriced,
    }


def seeds_of(config: Config, sources: Sequence[str], db: Path) -> SeedSet:
    """The seeds of a run; raises what `load_seeds` raises."""
    settings = config.settings
    plan = plan_of(settings, judge_rows=False)
    with Asking(settings, db) as asking:
        late = late_filters(plan, settings, asking, db)
        return load_seeds(sources, plan, late=late, limit=settings.run.limit)


def teach_with_panel(config: Config, sources: Sequence[str], db: Path, *, quiet: bool = False) -> Summary:
    """Load the seeds and work through them, showing how it goes on standard error.

    Raises:
        AievError: see `Teaching.run` and `load_seeds`.
    """
    seeds = seeds_of(config, sources, db)
    with observers_of(config.settings) as observers:
        teaching = Teaching(config, seeds.seeds, db, observers=observers)
        result, interrupted = asyncio.run(_run(teaching, quiet=quiet))
    return Summary(result=result, db=db, funnel=seeds.funnel.summary(), interrupted=interrupted)


async def _run(teaching: Teaching, *, quiet: bool) -> tuple[TeachResult, bool]:
    work = asyncio.ensure_future(teaching.run())
    with _interrupts(teaching, work):
        shown = asyncio.ensure_future(_show(teaching, quiet=quiet))
        try:
            return await work, teaching.progress.draining and not teaching.progress.stopped
        except asyncio.CancelledError:
            progress = teaching.progress
            return TeachResult(teaching.run_id, progress, "stopped", "", teaching.config.settings.model.name), True
        finally:
            shown.cancel()
            with suppress(asyncio.CancelledError):
                await shown


@contextmanager
def _interrupts(teaching: Teaching, work: asyncio.Future[TeachResult]) -> Iterator[None]:
    """Ctrl-C (and SIGTERM) drain at first, then stop."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        if teaching.progress.draining:
            sys.stderr.write("aiev: stopped at once; the same command goes on\n")
            work.cancel()
            return
        teaching.drain()
        sys.stderr.write("aiev: finishing what is in flight; Ctrl-C again stops at once\n")

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _show(teaching: Teaching, *, quiet: bool) -> None:
    """Keep the panel, or a line now and then, up to date until cancelled."""
    console = Console(stderr=True)
    progress, title = (
        teaching.progress,
        f"aiev teach · {teaching.config.settings.model.name} · run {teaching.run_id}",
    )
    if quiet or not console.is_terminal:
        while True:
            await asyncio.sleep(LINE_SECONDS)
            if not quiet:
                console.print(line(progress), markup=False, highlight=False)
    with Live(panel(progress, title), console=console, refresh_per_second=4, transient=True) as live:
        while True:
            live.update(panel(progress, title))
            await asyncio.sleep(0.25)
