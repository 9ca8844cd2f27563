"""How fast requests may go out: requests and tokens a minute, smoothed to the second.

Invariants: what is configured is never exceeded, whatever headers say; within one second no more than one second's
worth goes out, so that a minute's allowance is never spent as a burst. Changed on the event loop alone. Not covered:
how many requests are in flight (`concurrency.py`).
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from aiev_agents.clients.rate_headers import allowance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiev_agents.clients.settings import RatesSettings

MINUTE = 60.0
CHARACTERS_PER_TOKEN = 4
"""Rule of thumb for the length of a prompt, before the endpoint has counted it."""
_MEMORY = 0.1
"""Weight of the newest reply in the mean length of replies."""


class Bucket:
    """Lets `per_second` units through, at most one second's worth (or one request, if that is more) at once.

    `take` takes units at once and returns the wait that they cost, so waiters are served in the order in which they
    came.
    """

    def __init__(self, per_second: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self._clock = clock
        self._ready_at = -math.inf

    def take(self, units: float = 1.0) -> float:
        """Take units; the seconds to wait before they may be used. A rate of 0 never waits."""
        if not self.per_second:
            return 0.0
        now = self._clock()
        saved = max(1.0, 1 / self.per_second)
        ready = max(self._ready_at, now - saved)
        self._ready_at = ready + units / self.per_second
        return max(0.0, ready + min(units / self.per_second, saved) - now)

    def settle(self, units: float) -> None:
        """Take more units, or give some back (negative), without waiting: the count is known only afterwards."""
        if self.per_second:
            self._ready_at += units / self.per_second

    def slow_to(self, per_second: float) -> None:
        """Change the rate; units that were taken at the old one keep their place."""
        self.per_second = per_second


class Pacer:
    """Keeps the requests of one endpoint to their rates."""

    def __init__(self, rates: RatesSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._requests = Bucket(rates.requests_per_minute / MINUTE, clock)
        self._tokens = Bucket(rates.tokens_per_minute / MINUTE, clock)
        self._paused_until = 0.0
        self._written = 0.0

    async def admit(self, characters: int, max_tokens: int) -> float:
        """Wait until one more request may go out; returns the tokens that were reserved for it.

        Args:
            characters: length of the prompt.
            max_tokens: the longest reply; the mean of earlier ones is reserved where there were any.
        """
        reserved = characters / CHARACTERS_PER_TOKEN + min(self._written or max_tokens, max_tokens)
        wait = max(self._requests.take(), self._tokens.take(reserved) if self._tokens.per_second else 0.0)
        if wait:
            await asyncio.sleep(wait)
        while (pause := self._paused_until - self._clock()) > 0:  # noqa: ASYNC110 - the pause may have grown meanwhile
            await asyncio.sleep(pause)
        return reserved

    def settle(self, reserved: float, read: int, written: int) -> None:
        """Correct a reservation by what the endpoint counted."""
        self._written += _MEMORY * (written - self._written) if self._written else written
        self._tokens.settle(read + written - reserved)

    def pause(self, seconds: float) -> None:
        """Send nothing for a while, as the endpoint asks."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def hear(self, headers: Mapping[str, str]) -> None:
        """Follow what an answer's headers say."""
        if not self._rates.from_headers:
            return
        for what, bucket, configured in (
            ("requests", self._requests, self._rates.requests_per_minute / MINUTE),
            ("tokens", self._tokens, self._rates.tokens_per_minute / MINUTE),
        ):
            told = allowance(headers, what)
            if told is not None:
                bucket.slow_to(min(configured, told.per_second) if configured else told.per_second)
