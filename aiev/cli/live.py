"""Runs a start of a run in front of a person: the live panel, and Ctrl-C.

Invariant: the first Ctrl-C finishes what is in flight, the second stops at once; either leaves a database that the same
command resumes.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.live import Live

from aiev.recipes.teach import TeachResult
from aiev.view.terminal.panel import line, panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.recipes.teach import Teaching

LINE_SECONDS = 15.0


async def run_live(teaching: Teaching, *, quiet: bool) -> tuple[TeachResult, bool]:
    """Run a start, showing its progress on standard error: the result, and whether a person interrupted it.

    Raises:
        AievError: see `Teaching.run`.
    """
    work = asyncio.ensure_future(teaching.run())
    with _interrupts(teaching, work):
        shown = asyncio.ensure_future(_show(teaching, quiet=quiet))
        try:
            return await work, teaching.progress.draining and not teaching.progress.stopped
        except asyncio.CancelledError:
            model = teaching.config.settings.model.name
            return TeachResult(teaching.run_id, teaching.progress, "stopped", "", model), True
        finally:
            shown.cancel()
            with suppress(asyncio.CancelledError):
                await shown


@contextmanager
def _interrupts(teaching: Teaching, work: asyncio.Future[TeachResult]) -> Iterator[None]:
    """Ctrl-C and SIGTERM drain first, then stop."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        if teaching.progress.draining:
            click.echo("aiev: stopped at once; the same command resumes the run", err=True)
            work.cancel()
            return
        teaching.drain()
        click.echo("aiev: finishing what is in flight; Ctrl-C again stops at once", err=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _show(teaching: Teaching, *, quiet: bool) -> None:
    """Keep the panel up to date, or print a line now and then, until cancelled."""
    console, progress = Console(stderr=True), teaching.progress
    if quiet or not console.is_terminal:
        while True:
            await asyncio.sleep(LINE_SECONDS)
            if not quiet:
                console.print(line(progress), markup=False, highlight=False)
    title = f"aiev teach · {teaching.config.settings.model.name} · run {teaching.run_id}"
    with Live(panel(progress, title), console=console, refresh_per_second=4, transient=True) as live:
        while True:
            live.update(panel(progress, title))
            await asyncio.sleep(0.25)
