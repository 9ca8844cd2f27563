"""What one start of a run came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev.run.progress import Progress


@dataclass(frozen=True, slots=True)
class RunResult:
    """The counters of one start, and what it ran with."""

    run_id: str
    progress: Progress
    interpreter: str
    image: str
    model: str
    notice: str = ""
    """Why the sandbox is not of the preferred kind."""
