"""The limits of a run: cost, tokens, accepted dialogues, time.

Invariants: cost, tokens and accepted dialogues count over all starts of a run, so the same command with a larger limit
resumes it; the limit of accepted dialogues is never exceeded; cost and tokens are exceeded by no more than what the
dialogues in flight need beyond the mean of those that have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev.run.progress import Progress
    from aiev.run.settings import LimitsSettings

FIRST = 4
"""Dialogues that begin at once under a limit of cost or tokens, before any has ended."""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The limits of a run; 0 sets none."""

    cost: float = 0.0
    """US dollars."""
    tokens: int = 0
    accepted: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, config: LimitsSettings) -> RunLimits:
        """The limits of a configuration."""
        return cls(config.max_cost, config.max_tokens, config.max_accepted, config.max_seconds)

    def reached(self, progress: Progress) -> str:
        """The limit that was reached, in words; empty when none was."""
        if self.accepted and progress.accepted >= self.accepted:
            return f"--max-accepted {self.accepted} is reached"
        if self.seconds and progress.seconds >= self.seconds:
            return f"--max-time {self.seconds:g}s is reached"
        if self.tokens and self._beyond(progress.all_tokens, progress.read + progress.tokens, self.tokens, progress):
            return f"--max-tokens {self.tokens} is reached: {progress.all_tokens} tokens so far"
        if self.cost and progress.unpriced:
            return f"--max-cost {self.cost:g} cannot be enforced: a reply came whose price or token count is unknown"
        if self.cost and self._beyond(progress.all_cost, progress.cost, self.cost, progress):
            return f"--max-cost {self.cost:g} is reached: {progress.all_cost:.4f} US dollars so far"
        return ""

    def has_room(self, progress: Progress) -> bool:
        """Whether another dialogue may begin beside those in flight; if not, one of them has to end first."""
        if self.accepted and progress.accepted + progress.in_flight >= self.accepted:
            return False
        if self.cost or self.tokens:
            return progress.in_flight < FIRST + 2 * progress.done
        return True

    def _beyond(self, spent: float, spent_now: float, limit: float, progress: Progress) -> bool:
        """Whether another dialogue and those in flight, each at the mean so far, would exceed a limit."""
        if not progress.done:
            return spent >= limit
        mean = spent_now / (progress.done + progress.in_flight / 2)
        return spent + mean * (1 + progress.in_flight / 2) > limit
