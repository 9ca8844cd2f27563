"""The result of an export: what came in, what was kept, and what is in the files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiev.dataset.distribution import evidence_values
from aiev.dataset.formats.shape import OF_ALIGNMENT, OF_EVIDENCE

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.dataset.sample import Sample
    from aiev.store.reading.dialogues import DialogueRecord


@dataclass(slots=True)
class Funnel:
    """Dialogues in, dialogues kept, and the number dropped for each reason: taken = kept + all dropped."""

    taken: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Exported:
    """An export."""

    folder: Path
    judges: list[str]
    formats: list[str]
    """In the words of `--format`."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows by file, relative to the folder."""
    funnel: Funnel = field(default_factory=Funnel)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """Dialogues by status, split, language, licence, model, stage, rounds, and whether they show an execution; by what
    their evidence says, where there is any."""
    runs: set[str] = field(default_factory=set)
    """Ids of the runs that the dialogues come from."""
    tokens: dict[str, dict[str, int]] = field(default_factory=dict)
    """Counts of tokens by file, where the export was checked with a tokenizer."""
    split_tokens: list[str] = field(default_factory=list)
    """Special tokens that the tokenizer of the check does not have as one token."""
    untold: frozenset[str] = frozenset(OF_EVIDENCE) | frozenset(OF_ALIGNMENT)
    """Columns that rows lack, since no dialogue of the database has anything to say in them."""

    @property
    def tells_evidence(self) -> bool:
        """Whether rows say what is known of their programs."""
        return self.untold.isdisjoint(OF_EVIDENCE)

    def count(self, sample: Sample, record: DialogueRecord) -> None:
        """Count a dialogue that was written."""
        values = {
            "status": record.status,
            "split": sample.split,
            "language": sample.language,
            "licence": sample.licence,
            "model": sample.model,
            "stage": sample.stage,
            "rounds": str(sample.rounds),
            "execution": "shown" if sample.executed else "not shown",
        }
        if self.tells_evidence:
            values |= evidence_values(record)
        for name, value in values.items():
            self.counts.setdefault(name, Counter())[value] += 1
        self.runs.add(record.run_id)

    def as_dict(self) -> dict[str, Any]:
        """The export as plain data."""
        return {
            "out": str(self.folder),
            "rows": self.rows,
            "taken": self.funnel.taken,
            "kept": self.funnel.kept,
            "dropped": dict(self.funnel.dropped),
            "judges": self.judges,
            "counts": {name: dict(counter) for name, counter in self.counts.items()},
            "tokens": self.tokens,
            "split_tokens": self.split_tokens,
        }
