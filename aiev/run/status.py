"""What the runs of a database are doing, read from another process.

Invariant: only reads. A run is *died* when its last heartbeat says `running` and its process is gone, or, on another
machine, when it has been silent for `SILENT_SECONDS`.
"""

from __future__ import annotations

import socket
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from aiev.errors import UsageError
from aiev.run.heartbeat import process_mark, restored
from aiev.store.reading.reader import Reader
from aiev.view.panel import panel, span
from aiev.view.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from aiev.store.records import HeartbeatRecord, RunRecord

SILENT_SECONDS = 15.0
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run: what it said last, and what that means now."""

    run: RunRecord
    heartbeat: HeartbeatRecord
    state: str
    """`running`, `silent` (its process is there but says nothing), `finished`, `stopped`, `failed` or `died`."""
    age_seconds: float
    """Of the last heartbeat."""

    def as_dict(self) -> dict[str, Any]:
        """The status as plain data."""
        said = asdict(self.heartbeat)
        return {
            "run": self.run.id,
            "recipe": self.run.recipe,
            "model": self.run.model,
            "state": self.state,
            "heartbeat_age_seconds": round(self.age_seconds, 1),
            **{name: said[name] for name in ("reason", "host", "pid", "started_at", "beat_at", "progress")},
        }

    def view(self) -> RenderableType:
        """The status for a terminal: the run's own panel."""
        title = f"aiev {self.run.recipe} · {self.run.model} · run {self.run.id} · {self.state}"
        lines: list[RenderableType] = [panel(restored(self.heartbeat.progress), title), Text(safe(self._sentence()))]
        lines += [Text(safe(_endpoint_line(figures))) for figures in self.heartbeat.progress.get("endpoints", [])]
        return Group(*lines)

    def _sentence(self) -> str:
        heartbeat = self.heartbeat
        where = f"process {heartbeat.pid} on {heartbeat.host}, last heard {span(self.age_seconds)} ago"
        reason = f": {heartbeat.reason}" if heartbeat.reason else ""
        advice = {
            "died": "; the same command again goes on",
            "stopped": "; the same command again goes on",
            "failed": "; the same command again goes on",
            "silent": "; its process is there but does not write: is the disk full, or the machine asleep?",
        }
        return f"{self.state}{reason} ({where}){advice.get(self.state, '')}"


def run_statuses(db: Path, run_prefix: str = "") -> list[RunStatus]:
    """The runs of a database that have ever said anything, the newest start first.

    Raises:
        StoreError: there is no such database.
        UsageError: no run begins so, or none has a heartbeat.
    """
    now = datetime.now(UTC)
    with Reader(db) as reader:
        heartbeats = [beat for beat in reader.heartbeats() if beat.run_id.startswith(run_prefix)]
        if not heartbeats:
            which = f" whose id begins with {run_prefix!r}" if run_prefix else ""
            raise UsageError(f"no run{which} has begun in {db}; `aiev stats {db}` lists what is there")
        return [_status(reader.run(heartbeat.run_id), heartbeat, now) for heartbeat in heartbeats]


def follow(db: Path, run_prefix: str = "") -> None:
    """Show the statuses on the terminal until no run goes on any more, or Ctrl-C. Raises what `run_statuses` raises."""
    console = Console()
    statuses = run_statuses(db, run_prefix)
    with Live(_all(statuses), console=console, auto_refresh=False) as live:
        while any(status.state in {"running", "silent"} for status in statuses):
            try:
                time.sleep(LOOK_SECONDS)
            except KeyboardInterrupt:
                return
            statuses = run_statuses(db, run_prefix)
            live.update(_all(statuses), refresh=True)


def is_followed() -> bool:
    """Whether standard output is a terminal, on which a live view makes sense."""
    return sys.stdout.isatty()


def _all(statuses: Sequence[RunStatus]) -> RenderableType:
    """Those that go on; when none does, the newest."""
    going = [status for status in statuses if status.state in {"running", "silent"}]
    return Group(*(status.view() for status in going or statuses[:1]))


def _status(run: RunRecord, heartbeat: HeartbeatRecord, now: datetime) -> RunStatus:
    age = max(0.0, (now - datetime.fromisoformat(heartbeat.beat_at)).total_seconds())
    return RunStatus(run=run, heartbeat=heartbeat, state=_state(heartbeat, age), age_seconds=age)


def _state(heartbeat: HeartbeatRecord, age: float) -> str:
    if heartbeat.state != "running":
        return heartbeat.state
    if heartbeat.host == socket.gethostname() and process_mark(heartbeat.pid) != heartbeat.process:
        return "died"
    if age <= SILENT_SECONDS:
        return "running"
    return "silent" if heartbeat.host == socket.gethostname() else "died"


def _endpoint_line(figures: dict[str, Any]) -> str:
    error = f"; last error: {figures['last_error']}" if figures["last_error"] else ""
    return (
        f"{figures['address']}: {figures['state']}, {figures['in_flight']} in flight, {figures['answered']} answered, "
        f"{figures['failed']} failed{error}"
    )
