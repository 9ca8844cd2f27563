"""Lines on standard error that say how far a command is."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiev.run.progress import Progress

LINE_SECONDS = 15.0


@asynccontextmanager
async def progress_lines(
    progress: Progress, line: Callable[[Progress], str], *, quiet: bool = False
) -> AsyncIterator[None]:
    """Print `line(progress)` every `LINE_SECONDS` while the body runs; nothing when `quiet`."""
    printing = asyncio.create_task(_print_lines(progress, line, quiet=quiet))
    try:
        yield
    finally:
        printing.cancel()
        await asyncio.wait([printing])


async def _print_lines(progress: Progress, line: Callable[[Progress], str], *, quiet: bool) -> None:
    while not quiet:
        await asyncio.sleep(LINE_SECONDS)
        click.echo(f"aiev: {line(progress)}", err=True)
