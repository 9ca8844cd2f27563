"""Runs a start of a run in front of a person: the live panel, and Ctrl-C.

Invariant: the first Ctrl-C finishes what is in flight, the second stops at once; either leaves a database that the same
command resumes.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from aiev.cli.printing import say
from aiev.cli.progress import progress_panel
from aiev.run.result import RunResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.config.layers import Config
    from aiev.run.progress import Progress


class Start(Protocol):
    """One start of a recipe that runs on the worker pool."""

    config: Config
    run_id: str
    recipe: str
    progress: Progress

    async def run(self) -> RunResult:
        """Do the work."""
        ...

    def drain(self) -> None:
        """Finish what is in flight and begin nothing else."""
        ...


async def run_live(start: Start, *, quiet: bool) -> tuple[RunResult, bool]:
    """Run a start, showing its progress on standard error: the result, and whether a person interrupted it.

    Raises:
        AievError: see the recipe's `run`.
    """
    progress, model = start.progress, start.config.settings.model.name
    work = asyncio.ensure_future(start.run())
    with _interrupts(start, work):
        async with progress_panel(progress, f"aiev {start.recipe} · {model} · run {start.run_id}", quiet=quiet):
            try:
                return await work, progress.draining and not progress.stopped
            except asyncio.CancelledError:
                return RunResult(start.run_id, progress, "stopped", "", model), True


@contextmanager
def _interrupts(start: Start, work: asyncio.Future[RunResult]) -> Iterator[None]:
    """Ctrl-C and SIGTERM drain first, then stop."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        if start.progress.draining:
            say("aiev: stopped at once; the same command resumes the run", err=True)
            work.cancel()
            return
        start.drain()
        say("aiev: finishing what is in flight; Ctrl-C again stops at once", err=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
