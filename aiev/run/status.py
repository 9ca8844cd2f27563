"""What the runs of a database are doing, read from another process.

Invariant: only reads. A run has *died* when its last heartbeat says `running` and its process is gone, or, on another
machine, when there was no heartbeat for `SILENT_SECONDS`. One whose lease is held by a process that has not written a
heartbeat yet is *running*: it opens its parts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiev.errors import UsageError
from aiev.run.lease import SILENT_SECONDS, is_alive, lease_of_run, seconds_since
from aiev.store.reading.evidence import EvidenceCounts, EvidenceReader
from aiev.store.reading.runs import RunReader
from aiev_interpreter.backends import owners

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.store.records import HeartbeatRecord, LeaseRecord, RunRecord


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run: its last heartbeat, and what that means now."""

    run: RunRecord
    heartbeat: HeartbeatRecord
    state: str
    """`running`, `silent` (alive, but without heartbeats), `finished`, `stopped`, `failed` or `died`."""
    age_seconds: float
    """Of the last heartbeat."""
    evidence: EvidenceCounts = field(default_factory=EvidenceCounts)
    """Of the run's dialogues."""

    def as_dict(self) -> dict[str, Any]:
        """The status as plain data."""
        beat = asdict(self.heartbeat)
        return {
            "run": self.run.id,
            "recipe": self.run.recipe,
            "model": self.run.model,
            "state": self.state,
            "evidence": self.evidence.as_dict(),
            "heartbeat_age_seconds": round(self.age_seconds, 1),
            **{name: beat[name] for name in ("reason", "host", "pid", "started_at", "beat_at", "progress")},
        }

    @property
    def active(self) -> bool:
        """Whether the run's process is alive."""
        return self.state in {"running", "silent"}


def run_statuses(db: Path, run_prefix: str = "") -> list[RunStatus]:
    """The runs of a database that have written a heartbeat, the newest start first.

    Args:
        db: the database.
        run_prefix: only runs whose id begins with it.

    Raises:
        StoreError: there is no such database.
        UsageError: no such run has written a heartbeat.
    """
    with RunReader.open(db) as reader:
        heartbeats = [beat for beat in reader.heartbeats() if beat.run_id.startswith(run_prefix)]
        if not heartbeats:
            which = f" whose id begins with {run_prefix!r}" if run_prefix else ""
            raise UsageError(f"no run{which} has begun in {db}; `aiev stats {db}` lists what is there")
        counts = EvidenceReader(reader.db).counts
        spoken = [_by_lease(beat, reader.lease(lease_of_run(beat.run_id))) for beat in heartbeats]
        return [_status(reader.run(beat.run_id), beat, counts(beat.run_id)) for beat in spoken]


def _by_lease(heartbeat: HeartbeatRecord, lease: LeaseRecord | None) -> HeartbeatRecord:
    """The heartbeat, or what a later start would say that has only taken the lease."""
    if lease is None or lease.since < heartbeat.started_at or not is_alive(lease):
        return heartbeat
    who = {name: getattr(lease, name) for name in ("process", "host", "pid", "beat_at")}
    return replace(heartbeat, state="running", reason="", started_at=lease.since, **who)


def _status(run: RunRecord, heartbeat: HeartbeatRecord, evidence: EvidenceCounts) -> RunStatus:
    age = seconds_since(heartbeat.beat_at)
    return RunStatus(run, heartbeat, _state(heartbeat, age), age, evidence)


def _state(heartbeat: HeartbeatRecord, age: float) -> str:
    if heartbeat.state != "running":
        return heartbeat.state
    if owners.is_dead(heartbeat.process):
        return "died"
    if age <= SILENT_SECONDS:
        return "running"
    return "silent" if owners.is_visible(heartbeat.process) else "died"
