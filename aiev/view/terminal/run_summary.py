"""What one start of a run came to, for a terminal and as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiev.store.reading.evidence import EvidenceCounts
from aiev.view.amounts import histogram, span, tokens_read
from aiev.view.evidence import counts_line, reasons_line
from aiev.view.safe import safe
from aiev.view.terminal.panel import cost
from aiev.view.terminal.tables import pairs

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from aiev.run.progress import Progress
    from aiev.run.result import RunResult


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The summary of a start."""

    result: RunResult
    db: Path
    seeds: str
    """What became of the sources, in words."""
    interrupted: bool
    evidence: EvidenceCounts = field(default_factory=EvidenceCounts)
    """Of the run's dialogues, those of earlier starts included."""

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain data."""
        result, progress = self.result, self.result.progress
        return {
            "run": result.run_id,
            "db": str(self.db),
            "model": result.model,
            "interpreter": result.interpreter,
            "image": result.image,
            "sandbox_notice": result.notice,
            "seeds": self.seeds,
            "already_done": progress.already,
            "statuses": dict(progress.statuses),
            "evidence": self.evidence.as_dict(),
            "rounds": dict(progress.rounds),
            "verdicts": dict(progress.verdicts),
            "replayed": progress.replayed,
            "suspended": progress.suspended,
            "retries": progress.retries,
            "tokens": {
                "read": progress.read,
                "cached": progress.cached,
                "written": progress.tokens,
                "run": progress.all_tokens,
            },
            "cost": _cost(progress),
            "seconds": round(progress.seconds, 1),
            "interrupted": self.interrupted,
            "stopped": progress.stopped,
        }

    def table(self) -> RenderableType:
        """The summary for a terminal."""
        result, progress, counts = self.result, self.result.progress, self.evidence.as_dict()
        statuses = [f"{progress.statuses[name]} {name}" for name in ("accepted", "discarded", "failed")]
        rows = {
            "run": f"{result.run_id} in {self.db}",
            "model": result.model,
            "sandbox": f"{result.interpreter} ({result.image})" + (f"; {safe(result.notice)}" if result.notice else ""),
            "seeds": self.seeds + (f"; {progress.already} were done before" if progress.already else ""),
            "dialogues": f"{progress.done}: " + ", ".join(statuses),
            "evidence": counts_line(counts),
            "not verified": safe(reasons_line(counts)),
            "rounds": f"{histogram(progress.rounds) or '-'} (of the accepted)",
            "verdicts": histogram(progress.verdicts) or "-",
            "cost": cost(progress),
            "tokens": f"{tokens_read(progress.read, progress.cached)}, {progress.tokens:,} written",
            "time": f"{span(progress.seconds)}, {progress.tokens_per_second:.0f} tokens/s",
        }
        if progress.stopped:
            rows["stopped"] = progress.stopped
        rows["next"] = self._next_step()
        return pairs((name, text) for name, text in rows.items() if text)

    def _next_step(self) -> str:
        if self.result.progress.stopped:
            return "the same command with a larger limit resumes the run"
        return "the same command resumes the run" if self.interrupted else f"aiev inspect {self.db}"


def _cost(progress: Progress) -> dict[str, Any]:
    """US dollars; null where a price is unknown."""
    known = progress.all_unpriced == 0
    return {
        "so_far": progress.all_cost if known else None,
        "projected": progress.projected_cost if known else None,
        "per_accepted": progress.cost_per_accepted if known else None,
        "known_part": progress.all_cost,
        "replies_without_price": progress.all_unpriced,
    }
