"""The limits of a run: cost, tokens, accepted dialogues, time.

Invariants: cost, tokens and accepted dialogues count over all starts of a run, so the same command with a larger limit
resumes it; the limit of accepted dialogues is never exceeded; cost and tokens are exceeded by no more than what the
dialogues in flight need beyond the mean of those that have ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev.run.progress import Progress
    from aiev.run.settings import LimitsSettings

FIRST = 4
"""Dialogues that begin at once under a limit of cost or tokens, before any has ended."""


def limit_reached(limits: LimitsSettings, progress: Progress) -> str:
    """The limit that was reached, in words; empty when none was."""
    tokens, cost = limits.max_tokens, limits.max_cost
    if limits.max_accepted and progress.accepted >= limits.max_accepted:
        return f"--max-accepted {limits.max_accepted} is reached"
    if limits.max_seconds and progress.seconds >= limits.max_seconds:
        return f"--max-time {limits.max_seconds:g}s is reached"
    if tokens and _exceeded(tokens, progress.all_tokens, progress.read + progress.tokens, progress):
        return f"--max-tokens {tokens} is reached: {progress.all_tokens} tokens so far"
    if cost and progress.unpriced:
        return f"--max-cost {cost:g} cannot be enforced: a reply came whose price or token count is unknown"
    if cost and _exceeded(cost, progress.all_cost, progress.cost, progress):
        return f"--max-cost {cost:g} is reached: {progress.all_cost:.4f} US dollars so far"
    return ""


def has_room(limits: LimitsSettings, progress: Progress) -> bool:
    """Whether another dialogue may begin beside those in flight; if not, one of them has to end first."""
    if limits.max_accepted and progress.accepted + progress.in_flight >= limits.max_accepted:
        return False
    if limits.max_cost or limits.max_tokens:
        return progress.in_flight < FIRST + 2 * progress.done
    return True


def _exceeded(limit: float, spent: float, spent_now: float, progress: Progress) -> bool:
    """Whether another dialogue and those in flight, each at the mean of this start, would exceed a limit."""
    if not progress.done:
        return spent >= limit
    mean = spent_now / (progress.done + progress.in_flight / 2)
    return spent + mean * (1 + progress.in_flight / 2) > limit
