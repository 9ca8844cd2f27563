"""Counts what came in, what was kept, and why the rest was dropped.

Invariant: taken = kept + the sum over all reasons.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Funnel:
    """Counters of one selection of seeds."""

    taken: int = 0
    """Candidates that came in."""
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    """Candidates by the reason they were dropped for."""
    skipped: list[str] = field(default_factory=list)
    """Files and lines that could not be read, each with its reason."""

    def keep(self) -> None:
        """Count a candidate that stays."""
        self.taken += 1
        self.kept += 1

    def drop(self, reason: str) -> None:
        """Count a candidate that goes."""
        self.taken += 1
        self.dropped[reason] += 1

    def summary(self) -> str:
        """One line: what came in and where it went."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.dropped.most_common())
        unreadable = f"; {len(self.skipped)} unreadable" if self.skipped else ""
        return f"{self.taken} candidates: {self.kept} kept" + (f", dropped {reasons}" if reasons else "") + unreadable
