"""What a run of preference pairs came to, for a terminal and as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aiev.view.amounts import histogram, span, tokens_read
from aiev.view.safe import safe
from aiev.view.terminal.panel import cost
from aiev.view.terminal.tables import pairs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import RenderableType

    from aiev.run.result import RunResult
    from aiev.store.reading.preference import PreferenceCounts


@dataclass(frozen=True, slots=True)
class PreferenceSummary:
    """The summary of a start."""

    result: RunResult
    db: Path
    seeds: str
    """What became of the sources, in words; empty where a database was one."""
    counts: PreferenceCounts
    """Of the whole run; of the database where that was the source."""
    reasons: Mapping[str, int]
    """Why problems have no pair."""
    interrupted: bool

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain data."""
        result, progress = self.result, self.result.progress
        return {
            "run": result.run_id,
            "db": str(self.db),
            "model": result.model,
            "interpreter": result.interpreter,
            "image": result.image,
            "seeds": self.seeds,
            "already_done": progress.already,
            **asdict(self.counts),
            "reasons": dict(self.reasons),
            "failures": dict(progress.failures),
            "tokens": {"read": progress.read, "cached": progress.cached, "written": progress.tokens},
            "seconds": round(progress.seconds, 1),
            "interrupted": self.interrupted,
            "stopped": progress.stopped,
        }

    def table(self) -> RenderableType:
        """The summary for a terminal."""
        result, progress, found = self.result, self.result.progress, self.counts
        rows = {
            "run": f"{result.run_id} in {self.db}",
            "model": result.model,
            "sandbox": f"{result.interpreter} ({result.image})",
            "seeds": self.seeds + (f"; {progress.already} were done before" if progress.already else ""),
            "problems": f"{found.problems} → {found.posed} posed → {found.judged} judged → {found.paired} with pairs",
            "pairs": histogram(Counter(found.pairs)),
            "test units": histogram(Counter(found.units)),
            "no pair": safe(histogram(Counter(self.reasons))),
            "failed": safe(histogram(progress.failures)),
            "cost": cost(progress) if progress.tokens else "",
            "tokens": f"{tokens_read(progress.read, progress.cached)}, {progress.tokens:,} written"
            if progress.tokens
            else "",
            "time": span(progress.seconds) + (f"; stopped: {progress.stopped}" if progress.stopped else ""),
        }
        return pairs((name, text) for name, text in rows.items() if text)
