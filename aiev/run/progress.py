"""Counters of a run.

Invariants: started = accepted + discarded + failed + suspended + in flight; an unknown cost is counted in `unpriced`,
never as 0.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from aiev.errors import SetupError
from aiev_agents.errors import ModelRefused

MAX_REFUSALS: Final = 10
"""Refused requests after which a run stops whose endpoint has answered nothing."""


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier starts of the run came to."""

    accepted: int = 0
    requests: int = 0
    tokens: int = 0
    """Read and written."""
    cost: float = 0.0
    unpriced: int = 0


@dataclass(slots=True)
class Progress:
    """Counters of one start of a run; changed only on the event loop."""

    total: int
    """Seeds to work on now."""
    already: int = 0
    """Seeds that an earlier start of the run had finished."""
    in_flight: int = 0
    suspended: int = 0
    """Dialogues that a stopping run interrupted; the next start resumes them."""
    statuses: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    """Why items failed, in words, where no other record says so."""
    rounds: Counter[int] = field(default_factory=Counter)
    """Rounds of accepted dialogues."""
    verdicts: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    """Usable replies from the model."""
    read: int = 0
    """Tokens read by the model."""
    cached: int = 0
    """Of the tokens read, those that the endpoint took from its cache."""
    tokens: int = 0
    """Tokens written by the model."""
    retries: int = 0
    """Calls that failed and were repeated."""
    cost: float = 0.0
    """US dollars for the replies with a known price."""
    unpriced: int = 0
    """Replies with an unknown price."""
    replayed: int = 0
    """Replies taken from the journal."""
    before: Before = field(default_factory=Before)
    draining: bool = False
    refused: int = 0
    """Requests that the endpoint refused."""
    refusal: str = ""
    """Its words for the first of them."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Of those not refused for their text, by purpose."""
    answered: Counter[str] = field(default_factory=Counter)
    """Requests that had a reply, now or before, by purpose."""
    stopped: str = ""
    """The limit that was reached; empty when none was."""
    started: float = field(default_factory=time.monotonic)

    def priced(self, cost: float | None) -> None:
        """Count a usable reply and its cost; None when it is unknown."""
        self.requests += 1
        self.paid(cost)

    def paid(self, cost: float | None) -> None:
        """Count the cost of a call, usable or not; None when it is unknown."""
        if cost is None:
            self.unpriced += 1
        else:
            self.cost += cost

    def refuses(self, purpose: str, words: str, *, of_text: bool = False) -> None:
        """Count a request that the endpoint refused; not one whose text it refused while it answered others before.

        Raises:
            ModelRefused: it refused `MAX_REFUSALS`, and answered none of this purpose, or none at all.
        """
        if of_text and self.replayed:
            return
        self.refused += 1
        self.refusal = self.refusal or words
        self.refusals[purpose] += not of_text
        nothing, none = self.requests == 0, not self.answered[purpose]
        if (self.refused >= MAX_REFUSALS and nothing) or (self.refusals[purpose] >= MAX_REFUSALS and none):
            raise ModelRefused(
                f"{words}; it refused the first {MAX_REFUSALS} requests{'' if nothing else f' of {purpose}'}"
            )

    def check_answered(self) -> None:
        """Raise where refusals left nothing: no reply, or no dialogue that came to its end.

        Raises:
            SetupError: with the endpoint's words.
        """
        if self.refused and (not self.requests or self.done == self.statuses["failed"] > 0):
            raise SetupError(f"{self.refusal}; {self.refused} of {self.refused + self.requests} requests were refused")

    @property
    def done(self) -> int:
        """Dialogues that have ended."""
        return self.statuses.total()

    @property
    def accepted(self) -> int:
        """Accepted dialogues of the run, over all starts."""
        return self.before.accepted + self.statuses["accepted"]

    @property
    def all_tokens(self) -> int:
        """Tokens read and written for the run, over all starts."""
        return self.before.tokens + self.read + self.tokens

    @property
    def all_cost(self) -> float:
        """US dollars for the run, over all starts, as far as prices are known."""
        return self.before.cost + self.cost

    @property
    def all_unpriced(self) -> int:
        """Replies of the run with an unknown price, over all starts."""
        return self.before.unpriced + self.unpriced

    @property
    def all_requests(self) -> int:
        """Replies of the run, over all starts."""
        return self.before.requests + self.requests

    @property
    def projected_cost(self) -> float | None:
        """Estimated US dollars for all seeds, from the mean so far; None before the first dialogue has ended."""
        return self.all_cost + self.cost / self.done * (self.total - self.done) if self.done else None

    @property
    def cost_per_accepted(self) -> float | None:
        """US dollars of the run for each accepted dialogue; None before there is one."""
        return self.all_cost / self.accepted if self.accepted else None

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def tokens_per_second(self) -> float:
        """Tokens written a second, over the whole run."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the mean time of a dialogue; None before the first has ended."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None
