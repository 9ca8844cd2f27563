"""When a failed request is sent again: tenacity, with full jitter and within a budget of time.

Invariants: only a transient failure is tried again; an endpoint that says how long to wait is never asked sooner; time
spent waiting for a turn does not count against the budget. A reply that came but cannot be used may have been paid for,
so there are few tries for those.

Source: full jitter as in M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from tenacity import AsyncRetrying, RetryCallState, wait_random_exponential

from aiev_agents.clients.failures import CallFailedError, Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiev_agents.messages import ChatReply

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
UNUSABLE_TRIES = 4
"""Tries of a request whose replies come but cannot be used."""
LEAST_TRIES = 3
"""Tries that a request has in any case, so that one that hangs does not use up the budget alone."""

_backoff = wait_random_exponential(multiplier=FIRST_SECONDS, max=LONGEST_SECONDS)


class Tries:
    """The tries of one request: how many, how long they took, and whether there may be another."""

    def __init__(self, budget_seconds: float) -> None:
        self.count = 0
        self.unusable = 0
        self.seconds = 0.0
        """Time of calls and of the waits between them."""
        self.prompt_tokens = 0
        self.completion_tokens = 0
        """Tokens of replies that could not be used."""
        self.began = time.monotonic()
        self._budget = budget_seconds

    def ended(self, seconds: float, failure: Failure | None = None) -> None:
        """Count a try that took so long."""
        self.count += 1
        self.seconds += seconds
        if failure is not None and failure.answered:
            self.unusable += 1
            self.prompt_tokens += failure.prompt_tokens
            self.completion_tokens += failure.completion_tokens

    def are_over(self, state: RetryCallState) -> bool:
        """Whether the wait for another try would go beyond what is allowed."""
        if not self._budget or self.unusable >= UNUSABLE_TRIES:
            return True
        asked = _failure(state).retry_after or 0.0
        if asked > self._budget:
            return True
        return self.count >= LEAST_TRIES and self.seconds + state.upcoming_sleep > self._budget


async def with_retries(
    call: Callable[[], Awaitable[ChatReply]],
    failed: CallFailedError,
    tries: Tries,
    sleep: Callable[[float], Awaitable[None]],
    tell: Callable[[RetryCallState], None],
) -> ChatReply:
    """Go on after a first try that failed; `tell` hears of each wait before it begins.

    The first try happens outside, since most requests need no other and tenacity costs more than the rest of a call.

    Raises:
        CallFailedError: the last failure, when it is not transient or the tries are over.
    """
    first: CallFailedError | None = failed

    async def attempt() -> ChatReply:
        nonlocal first
        if first is not None:
            error, first = first, None
            raise error
        return await call()

    async def pause(seconds: float) -> None:
        tries.seconds += seconds
        await sleep(seconds)

    retrying = AsyncRetrying(
        retry=_is_transient, wait=wait, stop=tries.are_over, sleep=pause, before_sleep=tell, reraise=True
    )
    reply: ChatReply = await retrying(attempt)
    return reply


def wait(state: RetryCallState) -> float:
    """Seconds before the next try: what the endpoint asks for and a little more, else exponential with full jitter."""
    asked = _failure(state).retry_after
    if asked is None:
        return _backoff(state)
    return asked + random.uniform(0, min(1.0, asked))  # noqa: S311 - jitter, not a secret


def _is_transient(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return isinstance(error, CallFailedError) and error.failure.kind is Kind.TRANSIENT


def _failure(state: RetryCallState) -> Failure:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, CallFailedError):
        raise TypeError("tenacity waits after failures alone")
    return error.failure
