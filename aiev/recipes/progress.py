"""What a run has done so far, as plain numbers that a panel can show.

Invariant: started = accepted + discarded + failed + in flight.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """Counters of one run; changed only on the event loop."""

    total: int
    """Seeds to work on now."""
    already: int = 0
    """Seeds that an earlier start of the run had finished."""
    in_flight: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    """Rounds of accepted dialogues."""
    verdicts: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    """Tokens written by the model."""
    replayed: int = 0
    """Replies taken from the journal instead of asking again."""
    draining: bool = False
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Dialogues that have ended."""
        return self.statuses.total()

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
