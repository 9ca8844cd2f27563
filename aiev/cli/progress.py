"""How far a command is, on standard error: a line now and then, or a live panel."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiev.cli.printing import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from aiev.run.progress import Progress

LINE_SECONDS = 15.0
PANEL_SECONDS = 0.25


def progress_lines(
    progress: Progress, line: Callable[[Progress], str], *, quiet: bool = False
) -> AbstractAsyncContextManager[None]:
    """Print `line(progress)` every `LINE_SECONDS` while the body runs; nothing when `quiet`."""

    async def print_lines() -> None:
        while not quiet:
            await asyncio.sleep(LINE_SECONDS)
            say(f"aiev: {line(progress)}", err=True)

    return _meanwhile(print_lines())


def progress_panel(progress: Progress, title: str, *, quiet: bool = False) -> AbstractAsyncContextManager[None]:
    """Show the live panel of a run while the body runs; lines where there is no terminal, and nothing when `quiet`."""
    from rich.live import Live

    from aiev.view.terminal.console import VisibleConsole
    from aiev.view.terminal.panel import line, panel

    console = VisibleConsole(stderr=True)
    if quiet or not console.is_terminal:
        return progress_lines(progress, line, quiet=quiet)

    async def show_panel() -> None:
        with Live(panel(progress, title), console=console, refresh_per_second=4, transient=True) as live:
            while True:
                await asyncio.sleep(PANEL_SECONDS)
                live.update(panel(progress, title))

    return _meanwhile(show_panel())


@asynccontextmanager
async def _meanwhile(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run `work` beside the body, and cancel it when the body ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
