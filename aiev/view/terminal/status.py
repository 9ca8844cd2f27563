"""What the runs of a database are doing, for a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.live import Live
from rich.text import Text

from aiev.run.heartbeat import restored
from aiev.run.status import run_statuses
from aiev.view.amounts import span
from aiev.view.evidence import counts_line, reasons_line
from aiev.view.safe import safe
from aiev.view.terminal.console import VisibleConsole
from aiev.view.terminal.panel import panel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from aiev.run.status import RunStatus

LOOK_SECONDS = 1.0
_RESUME = "the same command resumes the run"
_ADVICE = {
    "died": _RESUME,
    "stopped": _RESUME,
    "failed": _RESUME,
    "silent": "its process is alive but writes nothing: is the disk full, or the machine asleep?",
}


def status_view(status: RunStatus) -> RenderableType:
    """A run's panel, with its state and its endpoints."""
    run, progress = status.run, status.heartbeat.progress
    title = f"aiev {run.recipe} · {run.model} · run {run.id} · {status.state}"
    counts = status.evidence.as_dict()
    evidence = [line for line in (counts_line(counts), reasons_line(counts)) if line]
    lines = [*evidence, _sentence(status), *map(_endpoint, progress.get("endpoints", []))]
    return Group(panel(restored(progress), title), *(Text(safe(line)) for line in lines))


def follow(db: Path, run_prefix: str = "") -> None:
    """Show the statuses on the terminal until no run is active, or until Ctrl-C. Raises what `run_statuses` raises."""
    statuses = run_statuses(db, run_prefix)
    with Live(_views(statuses), console=VisibleConsole(), auto_refresh=False) as live:
        while any(status.active for status in statuses):
            try:
                time.sleep(LOOK_SECONDS)
            except KeyboardInterrupt:
                return
            statuses = run_statuses(db, run_prefix)
            live.update(_views(statuses), refresh=True)


def _views(statuses: Sequence[RunStatus]) -> RenderableType:
    """The active runs, or the newest when none is active."""
    active = [status for status in statuses if status.active]
    return Group(*map(status_view, active or statuses[:1]))


def _sentence(status: RunStatus) -> str:
    beat = status.heartbeat
    reason = f": {beat.reason}" if beat.reason else ""
    advice = f"; {_ADVICE[status.state]}" if status.state in _ADVICE else ""
    where = f"process {beat.pid} on {beat.host}, last heartbeat {span(status.age_seconds)} ago"
    return f"{status.state}{reason} ({where}){advice}"


def _endpoint(figures: dict[str, Any]) -> str:
    error = f"; last error: {figures['last_error']}" if figures["last_error"] else ""
    return (
        f"{figures['address']}: {figures['state']}, {figures['in_flight']} in flight, {figures['answered']} answered, "
        f"{figures['failed']} failed{error}"
    )
