"""Figures of runs: funnel, rounds, verdicts and errors, libraries, lengths, diversity, cost.

Invariant: one pass over the dialogues, of which only counts are kept, so memory grows with the number of distinct
values and not with the number of dialogues. Diversity is measured on the first `DIVERSITY_SAMPLE` dialogues of a run;
their order is that of a hash, so they are a fair sample. Not covered: quality.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

from aiev.store.reading.evidence import kind_of

if TYPE_CHECKING:
    from aiev.store.reading.dialogues import DialogueReader, DialogueRecord, Money

DIVERSITY_SAMPLE = 2_000
"""Dialogues of each run."""
_WORD = re.compile(r"\w+|[^\w\s]")
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_PERCENTILES = (10, 50, 90)


@dataclass(slots=True)
class Diversity:
    """Distinct n-grams over all n-grams: 1 where no n-gram occurs twice."""

    taken: int = 0
    seen: dict[int, set[int]] = field(default_factory=lambda: {1: set(), 2: set(), 3: set()})
    total: Counter[int] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        """Count a text's n-grams, unless the sample is full."""
        if self.taken == DIVERSITY_SAMPLE:
            return
        self.taken += 1
        tokens = _WORD.findall(text)
        for size in self.seen:
            hashes = [hash(tuple(tokens[at : at + size])) for at in range(len(tokens) - size + 1)]
            self.seen[size].update(hashes)
            self.total[size] += len(hashes)

    def shares(self) -> dict[str, float]:
        """The share of distinct n-grams, by n."""
        return {f"distinct-{n}": round(len(self.seen[n]) / self.total[n], 4) for n in self.seen if self.total[n]}


@dataclass(slots=True)
class RunFigures:
    """Counts over the dialogues of one run that have ended."""

    statuses: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    """Of accepted dialogues."""
    verdicts: Counter[str] = field(default_factory=Counter)
    evidence: Counter[str] = field(default_factory=Counter)
    """Dialogues with evidence, by its status."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why they are not verified."""
    errors: Counter[str] = field(default_factory=Counter)
    libraries: Counter[str] = field(default_factory=Counter)
    """Dialogues that ask for or import a package beyond the standard library."""
    lengths: dict[str, Counter[int]] = field(default_factory=dict)
    problems: Diversity = field(default_factory=Diversity)
    programs: Diversity = field(default_factory=Diversity)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    running: int = 0
    money: Money | None = None

    def add(self, record: DialogueRecord) -> None:
        """Count a dialogue."""
        self.statuses[record.status] += 1
        self.languages[record.language] += 1
        self.labels[record.label or "none"] += 1
        self.prompt_tokens += record.prompt_tokens
        self.completion_tokens += record.completion_tokens
        self.seconds += record.seconds
        self.verdicts.update(entry.verdict for entry in record.rounds)
        if record.evidence:
            self.evidence[record.evidence_status] += 1
            self.reasons.update(map(kind_of, record.evidence.detail.get("reasons", [])))
        self.libraries.update(_libraries(record))
        self._measure("messages", len(record.messages))
        self._measure("problem, words", len(record.problem.split()))
        self.problems.add(record.problem)
        if record.status == "accepted":
            self.rounds[len(record.rounds)] += 1
            self.splits[record.split or "none"] += 1
            self._measure("program, lines", record.program.count("\n") + 1)
            self._measure("tests, lines", record.tests.count("\n") + 1)
            self.programs.add(record.program)

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        accepted = self.statuses["accepted"]
        return {
            "funnel": self.funnel(),
            "labels": dict(self.labels),
            "splits": dict(self.splits),
            "languages": _sorted(self.languages),
            "rounds": {str(rounds): self.rounds[rounds] for rounds in sorted(self.rounds)},
            "verdicts": _sorted(self.verdicts),
            "evidence": _sorted(self.evidence),
            "reasons": _sorted(self.reasons),
            "errors": _sorted(self.errors),
            "libraries": _sorted(self.libraries),
            "lengths": {name: summary(counter) for name, counter in self.lengths.items()},
            "diversity": {"problems": self.problems.shares(), "programs": self.programs.shares()},
            "tokens": {"prompt": self.prompt_tokens, "completion": self.completion_tokens},
            "seconds": round(self.seconds, 1),
            "cost": self._cost(accepted),
        }

    def funnel(self) -> dict[str, int]:
        """From dialogues that were begun to those accepted in round 1."""
        ended = self.statuses.total()
        return {
            "begun": ended + self.running,
            "came to a verdict": ended - self.statuses["failed"],
            "accepted": self.statuses["accepted"],
            "accepted at the first round": self.rounds[1],
        }

    def _measure(self, name: str, value: int) -> None:
        self.lengths.setdefault(name, Counter())[value] += 1

    def _cost(self, accepted: int) -> dict[str, Any] | None:
        if self.money is None:
            return None
        per = round(self.money.dollars / accepted, 6) if accepted and not self.money.unpriced else None
        return {
            "dollars": round(self.money.dollars, 6),
            "replies": self.money.replies,
            "unpriced": self.money.unpriced,
            "dollars_per_accepted": per,
        }


def figures(reader: DialogueReader) -> dict[str, RunFigures]:
    """Figures by run."""
    found: dict[str, RunFigures] = {}
    for record in reader.dialogues():
        found.setdefault(record.run_id, RunFigures()).add(record)
    for run, count in reader.begun().items():
        found.setdefault(run, RunFigures()).running = count
    for run, money in reader.money().items():
        found.setdefault(run, RunFigures()).money = money
    for run, classes in reader.error_classes().items():
        found.setdefault(run, RunFigures()).errors = Counter(classes)
    return found


def summary(counter: Counter[int]) -> dict[str, float]:
    """Mean, extremes and percentiles of the values that a counter has."""
    total = counter.total()
    values = sorted(counter)
    shares = {f"p{percent}": _percentile(counter, values, percent) for percent in _PERCENTILES}
    mean = sum(value * count for value, count in counter.items()) / total
    return {"mean": round(mean, 1), "least": values[0], **shares, "most": values[-1]}


def _percentile(counter: Counter[int], values: list[int], percent: int) -> int:
    """The least value that at least `percent` of all do not exceed."""
    wanted, below = counter.total() * percent / 100, 0
    for value in values:
        below += counter[value]
        if below >= wanted:
            return value
    return values[-1]


def _libraries(record: DialogueRecord) -> set[str]:
    found = {_distribution(text) for entry in record.rounds for text in entry.requirements}
    if record.language == "python":
        found |= {name for name in _IMPORT.findall(record.program) if name not in sys.stdlib_module_names}
    return found - {"", "solution"}


def _distribution(text: str) -> str:
    try:
        return Requirement(text).name.lower()
    except InvalidRequirement:
        return ""


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
