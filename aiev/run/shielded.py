"""Work that a cancellation does not interrupt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def to_its_end(work: Coroutine[object, object, None]) -> None:
    """Await work to its end, also when cancelled meanwhile: then the cancellation is raised after it.

    Unlike a bare `asyncio.shield`, nothing is left behind in the background, and no error of the work goes unheard to
    the loop, which would print it.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # the cancellation says why this ends
        raise
