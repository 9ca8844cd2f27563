"""What a run of self-alignment came to, for a terminal and as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aiev.view.amounts import histogram, span, tokens_read
from aiev.view.evidence import reasons_line
from aiev.view.safe import safe
from aiev.view.terminal.panel import cost
from aiev.view.terminal.tables import pairs

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from aiev.run.result import RunResult
    from aiev.store.reading.alignment import AlignmentFunnel
    from aiev.store.reading.evidence import EvidenceCounts


@dataclass(frozen=True, slots=True)
class AlignmentSummary:
    """The summary of a start; funnel and evidence are those of the whole run."""

    result: RunResult
    db: Path
    seeds: str
    """What became of the sources, in words."""
    funnel: AlignmentFunnel
    evidence: EvidenceCounts
    interrupted: bool

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain data."""
        result, progress, found = self.result, self.result.progress, self.funnel
        return {
            "run": result.run_id,
            "db": str(self.db),
            "model": result.model,
            "interpreter": result.interpreter,
            "image": result.image,
            "seeds": self.seeds,
            "already_done": progress.already,
            "funnel": asdict(found) | {"reasons": self._reasons(), "malformed": dict(found.malformed)},
            "evidence": self.evidence.as_dict(),
            "tokens": {"read": progress.read, "cached": progress.cached, "written": progress.tokens},
            "seconds": round(progress.seconds, 1),
            "interrupted": self.interrupted,
            "stopped": progress.stopped,
        }

    def table(self) -> RenderableType:
        """The summary for a terminal."""
        result, progress = self.result, self.result.progress
        rows = {
            "run": f"{result.run_id} in {self.db}",
            "model": result.model,
            "sandbox": f"{result.interpreter} ({result.image})",
            "seeds": self.seeds + (f"; {progress.already} were done before" if progress.already else ""),
            "funnel": _funnel(self.funnel),
            "responses": _responses(self.funnel),
            "not kept": safe(histogram(Counter(self._reasons()))),
            "not run": safe(histogram(self.funnel.malformed)),
            "not verified": safe(reasons_line(self.evidence.as_dict())),
            "cost": cost(progress),
            "tokens": f"{tokens_read(progress.read, progress.cached)}, {progress.tokens:,} written",
            "time": span(progress.seconds) + (f"; stopped: {progress.stopped}" if progress.stopped else ""),
        }
        return pairs((name, text) for name, text in rows.items() if text)

    def _reasons(self) -> dict[str, int]:
        """Why items are not kept, evidence counted by its status alone."""
        found = Counter[str]()
        for reason, number in self.funnel.reasons.items():
            unverified = reason.startswith(("unverified:", "contradicted:"))
            found[reason.partition(":")[0] if unverified else reason] += number
        return dict(found.most_common())


def _funnel(found: AlignmentFunnel) -> str:
    return (
        f"{found.seeds} seeds → {found.concepts} with concepts → {found.instructions} instructions "
        f"({found.distinct_instructions} distinct) → {found.solved} solved ({found.easy} by all responses) → "
        f"{found.verified} verified → {found.kept} kept"
    )


def _responses(found: AlignmentFunnel) -> str:
    share = f" ({found.passing / found.responses:.0%})" if found.responses else ""
    return f"{found.passing} of {found.responses} pass their tests{share}"
