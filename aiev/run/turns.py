"""Lets few dialogues advance at once, however many wait for a reply.

Replies that come together would otherwise advance their dialogues in lockstep through the event loop, so that all next
requests go out when the last dialogue is ready, and the endpoint idles until then. Invariant: whoever waits for an
endpoint or a sandbox holds no place. Not covered: how many dialogues are in flight (engine).
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

PLACES = 2
"""Dialogues that advance at once: one computes, and the next is ready when it awaits something short."""


class Turns:
    """Places for the dialogues of one run that are between a reply and their next request."""

    def __init__(self, places: int = PLACES) -> None:
        self._places = asyncio.Semaphore(places)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold a place during the body, first come, first served."""
        async with self._places:
            yield

    @asynccontextmanager
    async def given_up(self) -> AsyncIterator[None]:
        """Give up the place that is held during the body, which waits for something outside this process."""
        self._places.release()
        try:
            yield
        finally:
            await self._places.acquire()


def waiting(turns: Turns | None) -> AbstractAsyncContextManager[None]:
    """`Turns.given_up`, or nothing for work without turns."""
    return turns.given_up() if turns else nullcontext()
