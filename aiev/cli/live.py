"""Runs a start of a run in front of a person: the live panel, and Ctrl-C.

Invariant: the first Ctrl-C finishes what is in flight, the second stops at once; either leaves a database that the same
command resumes.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from aiev.cli.progress import progress_panel
from aiev.recipes.teach import TeachResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.recipes.teach import Teaching


async def run_live(teaching: Teaching, *, quiet: bool) -> tuple[TeachResult, bool]:
    """Run a start, showing its progress on standard error: the result, and whether a person interrupted it.

    Raises:
        AievError: see `Teaching.run`.
    """
    progress, model = teaching.progress, teaching.config.settings.model.name
    work = asyncio.ensure_future(teaching.run())
    with _interrupts(teaching, work):
        async with progress_panel(progress, f"aiev teach · {model} · run {teaching.run_id}", quiet=quiet):
            try:
                return await work, progress.draining and not progress.stopped
            except asyncio.CancelledError:
                return TeachResult(teaching.run_id, progress, "stopped", "", model), True


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
