"""Counts what came in, what was kept, and why the rest was dropped.

Invariants: taken = kept + the sum over all reasons, for all candidates and for each filter in its turn; every file and
row that came is counted once, as read or under the reason why not. Memory depends on the number of reasons and
languages, not of candidates: of what could not be read, the first `MAX_NAMED` are named and the rest is counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.seeds.filters.filter import Drop, Filter
    from aiev.seeds.snippet import Snippet
    from aiev.tables.row import Skipped

MAX_NAMED = 1000
UNKNOWN = "unknown"


@dataclass(slots=True)
class Funnel:
    """Counters of one selection of seeds; those of several workers add up."""

    taken: int = 0
    """Candidates that came in."""
    kept: int = 0
    by_filter: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Dropped candidates by filter and reason."""
    details: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What was found in those that hold secrets or personal data: reason and kind, never a value."""
    read: int = 0
    """Files and rows that candidates were taken out of."""
    passed_over: Counter[str] = field(default_factory=Counter)
    """Files and rows that gave nothing, by reason."""
    skipped: list[str] = field(default_factory=list)
    """Files and rows that could not be read, each with its reason; the first of them."""
    faults: int = 0
    """How many could not be read."""
    languages: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """Candidates by language and whether they were kept."""
    licences: Counter[str] = field(default_factory=Counter)
    """Of what was kept."""
    lines: Counter[int] = field(default_factory=Counter)
    """Of what was kept: number of lines."""
    chars: int = 0
    """Of what was kept: characters in all."""
    order: tuple[str, ...] = ()
    """The filters in the order of their application, for the report."""

    def take(self, snippet: Snippet) -> None:
        """Count a candidate that comes in."""
        self.taken += 1
        self.languages[snippet.language, False] += 1

    def drop(self, drop: Drop, name: str) -> None:
        """Count a candidate, taken before, that the filter `name` drops."""
        self.by_filter[name, drop.reason] += 1
        if drop.reason in {"secret", "personal_data"}:
            for part in drop.detail.split(", "):
                count, _, kind = part.partition(" ")
                self.details[drop.reason, kind] += int(count) if count.isdigit() else 0

    def keep(self, snippet: Snippet) -> None:
        """Count a candidate, taken before, that stays."""
        self.kept += 1
        self.languages[snippet.language, True] += 1
        self.licences[snippet.licence or UNKNOWN] += 1
        self.lines[snippet.content.count("\n") + 1] += 1
        self.chars += len(snippet.content)

    def skip(self, skipped: Skipped) -> None:
        """Count a file or row that gives nothing; name it when it is at fault."""
        self.passed_over[skipped.reason] += 1
        if skipped.is_fault:
            self.faults += 1
            if len(self.skipped) < MAX_NAMED:
                detail = f": {skipped.detail}" if skipped.detail else ""
                self.skipped.append(f"{skipped.where}: {skipped.reason}{detail}")

    def add(self, other: Funnel) -> None:
        """Add what another counted."""
        for name in ("taken", "kept", "read", "faults", "chars"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("by_filter", "details", "passed_over", "languages", "licences", "lines"):
            getattr(self, name).update(getattr(other, name))
        self.skipped += other.skipped[: MAX_NAMED - len(self.skipped)]

    @property
    def dropped(self) -> Counter[str]:
        """Dropped candidates by reason."""
        counts = Counter[str]()
        for (_, reason), count in self.by_filter.items():
            counts[reason] += count
        return counts

    @property
    def holds(self) -> bool:
        """Whether what came in is what was kept and what was dropped."""
        return self.taken == self.kept + self.by_filter.total()

    def summary(self) -> str:
        """One line: what came in and where it went."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.dropped.most_common())
        unreadable = f"; {self.faults} unreadable" if self.faults else ""
        return f"{self.taken} candidates: {self.kept} kept" + (f", dropped {reasons}" if reasons else "") + unreadable

    def as_dict(self) -> dict[str, Any]:
        """Everything that was counted, as plain data; lists are sorted by how often something was seen."""
        kept = {name: count for (name, is_kept), count in self.languages.items() if is_kept}
        taken = {name: count for (name, is_kept), count in self.languages.items() if not is_kept}
        return {
            "candidates": {
                "in": self.taken,
                "kept": self.kept,
                "dropped": dict(self.dropped.most_common()),
                "balances": self.holds,
            },
            "filters": self.stages(),
            "found": [
                {"reason": reason, "kind": kind, "count": count} for (reason, kind), count in self.details.most_common()
            ],
            "files_and_rows": {"read": self.read, "passed_over": dict(self.passed_over.most_common())},
            "unreadable": {"count": self.faults, "named": self.skipped},
            "languages": {
                name: {"in": count, "kept": kept.get(name, 0)} for name, count in Counter(taken).most_common()
            },
            "licences": dict(self.licences.most_common()),
            "sizes": self.sizes(),
        }

    def stages(self) -> list[dict[str, Any]]:
        """The filters in the order in which they first dropped something, each with what came in and went."""
        names = dict.fromkeys(name for name, _ in self.by_filter)
        stages, left = list[dict[str, Any]](), self.taken
        for name in sorted(names, key=self.order.index) if set(names) <= set(self.order) else names:
            reasons = {reason: count for (by, reason), count in self.by_filter.items() if by == name}
            stages.append({"filter": name, "in": left, "dropped": reasons, "out": left - sum(reasons.values())})
            left = stages[-1]["out"]
        return stages

    def sizes(self) -> dict[str, float]:
        """Lines of what was kept: least, tenths, most; and the mean number of characters."""
        if not self.kept:
            return {}
        marks = {"min": 0.0, "p10": 0.1, "median": 0.5, "p90": 0.9, "max": 1.0}
        lines = {name: float(self._lines_at(share)) for name, share in marks.items()}
        return lines | {"mean_chars": round(self.chars / self.kept, 1)}

    def _lines_at(self, share: float) -> int:
        below = 0
        for lines, count in sorted(self.lines.items()):
            below += count
            if below >= max(1, share * self.kept):
                return lines
        return 0


def apply_filters(snippets: Sequence[Snippet], filters: Sequence[Filter], funnel: Funnel) -> Sequence[Snippet]:
    """Snippets that pass every filter, in order; the funnel counts the others."""
    for one in filters:
        answers = one.judge(snippets)
        for drop in answers:
            if drop is not None:
                funnel.drop(drop, one.name)
        snippets = [snippet for snippet, drop in zip(snippets, answers, strict=True) if drop is None]
    return snippets
