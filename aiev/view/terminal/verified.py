"""What one start of `aiev verify` came to, for a terminal and as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.view.amounts import span
from aiev.view.safe import safe
from aiev.view.terminal.panel import cost
from aiev.view.terminal.tables import pairs

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from aiev.run.result import RunResult

_STATUSES = ("verified", "unverified", "contradicted", "failed")


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """The summary of a start."""

    result: RunResult
    db: Path

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain data."""
        result, progress = self.result, self.result.progress
        return {
            "run": result.run_id,
            "db": str(self.db),
            "model": result.model,
            "interpreter": result.interpreter,
            "statuses": {name: progress.statuses[name] for name in _STATUSES},
            "failures": dict(progress.failures),
            "suspended": progress.suspended,
            "tokens": {"read": progress.read, "written": progress.tokens},
            "seconds": round(progress.seconds, 1),
            "stopped": progress.stopped,
        }

    def table(self) -> RenderableType:
        """The summary for a terminal."""
        progress = self.result.progress
        rows = (
            ("run", f"{self.result.run_id} in {self.db}"),
            ("model", self.result.model),
            ("evidence", ", ".join(f"{progress.statuses[name]} {name}" for name in _STATUSES)),
            *((f"failed, {count}", safe(words)) for words, count in progress.failures.most_common()),
            ("tokens", f"{progress.read} read, {progress.tokens} written"),
            ("cost", cost(progress)),
            ("time", span(progress.seconds) + (f", stopped: {progress.stopped}" if progress.stopped else "")),
        )
        return pairs(rows)
