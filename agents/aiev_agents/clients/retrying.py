"""When a failed request is sent again: tenacity, with full jitter and within a budget of time.

Invariants: only `ModelUnavailable` is retried; an endpoint that says how long to wait is never asked sooner; time spent
waiting for a turn does not count against the budget. A reply that came but cannot be used may have been paid for, so
there are few tries for those.

Source: full jitter as in M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from aiev_agents.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiev_agents.errors import ModelError
    from aiev_agents.messages import ChatReply

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
UNUSABLE_TRIES = 4
"""Tries of a request whose replies come but cannot be used."""
LEAST_TRIES = 3
"""Tries that a request has in any case, so that one that hangs does not use up the budget alone."""

_backoff = wait_random_exponential(multiplier=FIRST_SECONDS, max=LONGEST_SECONDS)
_log = logging.getLogger("aiev_agents")


@dataclass(slots=True)
class LostTokens:
    """Tokens of replies to one request that may have been paid for but could not be used."""

    read: int = 0
    written: int = 0

    def count(self, error: ModelError) -> None:
        """Add what an error cost."""
        self.read += error.prompt_tokens
        self.written += error.completion_tokens

    def added_to(self, reply: ChatReply) -> ChatReply:
        """A reply with what those before it cost."""
        if not self.read and not self.written:
            return reply
        return reply._replace(
            prompt_tokens=reply.prompt_tokens + self.read, completion_tokens=reply.completion_tokens + self.written
        )

    def set_on(self, error: ModelError) -> None:
        """Let the error that ends a request say what all its tries cost."""
        error.prompt_tokens, error.completion_tokens = self.read, self.written


class Tries:
    """The tries of one request: how many, how long they took, and whether there may be another."""

    def __init__(self, budget_seconds: float) -> None:
        self.count = 0
        self.unusable = 0
        self.seconds = 0.0
        """Time of calls and of the waits between them."""
        self.lost = LostTokens()
        self._budget = budget_seconds

    def ended(self, seconds: float, error: ModelError | None = None) -> None:
        """Count a try."""
        self.count += 1
        self.seconds += seconds
        if error is not None:
            self.unusable += error.answered
            self.lost.count(error)

    def are_over(self, state: RetryCallState) -> bool:
        """Whether the wait for another try would go beyond what is allowed."""
        if not self._budget or self.unusable >= UNUSABLE_TRIES:
            return True
        if (_error(state).retry_after or 0.0) > self._budget:
            return True
        return self.count >= LEAST_TRIES and self.seconds + state.upcoming_sleep > self._budget


async def with_retries(
    call: Callable[[], Awaitable[ChatReply]],
    failed: ModelUnavailable,
    tries: Tries,
    sleep: Callable[[float], Awaitable[None]],
    model: str,
) -> ChatReply:
    """Retry after a first try that failed.

    The first try happens outside: most requests need no other, and tenacity would cost a sixth of a call's time.

    Raises:
        ModelError: the last failure, when it is not transient or the tries are over.
    """
    first: ModelUnavailable | None = failed

    async def attempt() -> ChatReply:
        nonlocal first
        if first is not None:
            error, first = first, None
            raise error
        return await call()

    async def pause(seconds: float) -> None:
        tries.seconds += seconds
        await sleep(seconds)

    def tell(state: RetryCallState) -> None:
        tell_retry(model=model, tries=state.attempt_number, wait_seconds=state.upcoming_sleep, error=str(_error(state)))

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(ModelUnavailable),
        wait=wait,
        stop=tries.are_over,
        sleep=pause,
        before_sleep=tell,
        reraise=True,
    )
    reply: ChatReply = await retrying(attempt)
    return reply


def wait(state: RetryCallState) -> float:
    """Seconds before the next try: what the endpoint asks for and a little more, else exponential with full jitter."""
    asked = _error(state).retry_after
    if asked is None:
        return _backoff(state)
    return asked + random.uniform(0, min(1.0, asked))  # noqa: S311 - jitter, not a secret


def tell_retry(*, model: str, tries: int, wait_seconds: float, error: str) -> None:
    """Tell the logger `aiev_agents` that a call failed and is made again; never a key, nor what a dialogue says."""
    fields = {"model": model, "tries": tries, "wait_seconds": round(wait_seconds, 3), "message": error}
    _log.info("retry", extra={"fields": fields})


def _error(state: RetryCallState) -> ModelUnavailable:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, ModelUnavailable):
        raise TypeError("tenacity waits after transient failures alone")
    return error
