"""How many requests are in flight: additive increase, multiplicative decrease.

Invariants: never more than `bound` and never a limit below 1; one burst of 429 answers halves the limit once, since
requests that went out before the last decrease say nothing about it; errors other than 429 leave it alone. Changed on
the event loop alone.

Source: the control of congestion in TCP (Chiu and Jain 1989, RFC 5681).
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import NamedTuple

DECREASE = 0.5
"""Share of the limit that is left after a burst of 429 answers."""
STEPS = 32
"""Round trips, about, in which the limit climbs back from half of the bound."""


class AdaptiveLimit:
    """Lets at most `limit` tasks through at once, in the order in which they came."""

    def __init__(self, bound: float = math.inf, *, adaptive: bool = True) -> None:
        self._bound = bound
        self._adaptive = adaptive
        self._limit = bound
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._epoch = 0
        self.in_flight = 0
        self.most = 0
        """Most that were ever in flight: where a limit without bound begins to shrink."""

    @property
    def limit(self) -> float:
        """How many may be in flight now; infinite before the first 429 when there is no bound."""
        return self._limit

    def slot(self) -> Slot:
        """A slot for one `async with`; gives the epoch, which `shrink` wants back."""
        return Slot(self)

    def grow(self) -> None:
        """A request succeeded: a step up, one whole step for each round trip of all that are in flight."""
        if self._limit < self._bound:
            ceiling = self._bound if math.isfinite(self._bound) else self.most
            step = max(1.0, ceiling / (2 * STEPS))
            self._limit = min(self._bound, self._limit + step / max(1.0, self._limit))
            self._wake()

    def shrink(self, epoch: int) -> None:
        """A request of this epoch was answered with 429."""
        if not self._adaptive or epoch != self._epoch:
            return
        self._epoch += 1
        self._limit = max(1.0, min(self._limit, self.in_flight) * DECREASE)

    async def enter(self) -> int:
        """Wait for a slot; the epoch in which it was given."""
        if self.in_flight < int(min(self._limit, 1 << 30)) and not self._waiting:
            self._begin()
            return self._epoch
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise
        return self._epoch

    def _begin(self) -> None:
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)

    def leave(self) -> None:
        """Give a slot back."""
        self.in_flight -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(min(self._limit, 1 << 30)):
            turn = self._waiting.popleft()
            if not turn.done():
                self._begin()
                turn.set_result(None)


class Slot(NamedTuple):
    """Holds a slot while an `async with` lasts; a generator would do the same at several times the cost."""

    limit: AdaptiveLimit

    async def __aenter__(self) -> int:
        """Wait for it."""
        return await self.limit.enter()

    async def __aexit__(self, *_: object) -> None:
        """Give it back."""
        self.limit.leave()
