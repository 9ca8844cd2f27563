"""Runs, their starts and heartbeats, and what they came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from aiev.store.reading.read_only import Reader, parsed
from aiev.store.records import HeartbeatRecord, LeaseRecord, RunRecord, StartRecord

_TOTALS = """
select coalesce(sum(prompt_tokens), 0) as prompt_tokens, coalesce(sum(completion_tokens), 0) as completion_tokens,
  coalesce(sum(seconds), 0.0) as seconds
from conversations where run_id = ?
"""
_STATUSES = "select status as value, count(*) as number from conversations where run_id = ? group by 1"
_ROUNDS = """
select rounds as value, count(*) as number from conversations where run_id = ? and status = 'accepted' group by 1
"""
_VERDICTS = """
select verdict as value, count(*) as number from executions e join conversations c on c.id = e.conversation_id
where run_id = ? group by 1
"""
_SPENT = """
select count(*) as requests, coalesce(sum(r.prompt_tokens + r.completion_tokens), 0) as tokens,
  coalesce(sum(r.prompt_tokens), 0) as read, coalesce(sum(r.cached_tokens), 0) as cached,
  coalesce(sum(r.reasoning_tokens), 0) as thought, coalesce(sum(r.completion_tokens), 0) as written,
  coalesce(sum(r.cost), 0.0) as cost, count(*) - count(r.cost) as unpriced
from requests r join conversations c on c.id = r.conversation_id where c.run_id = ?
"""
_HEARTBEATS = """
select * from heartbeats h where started_at = (select max(started_at) from heartbeats where run_id = h.run_id)
order by started_at desc
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of one run."""

    statuses: Counter[str]
    rounds: Counter[int]
    """Of accepted conversations."""
    verdicts: Counter[str]
    """Of all executions."""
    prompt_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has asked for in all of its starts."""

    requests: int
    tokens: int
    """Read and written."""
    read: int
    cached: int
    """Of those read, taken from the endpoint's cache."""
    written: int
    thought: int
    """Of those written, spent on thoughts."""
    cost: float
    """US dollars, of the replies whose price is known."""
    unpriced: int
    """Replies whose price is not known."""


class RunReader(Reader):
    """Reads runs."""

    def runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        rows = self.db.rows("select * from runs order by started_at desc")
        return [RunRecord(**parsed(row, "config", "prompts")) for row in rows]

    def run(self, run_id: str) -> RunRecord:
        """A run by its id."""
        row = self.db.rows("select * from runs where id = ?", run_id)[0]
        return RunRecord(**parsed(row, "config", "prompts"))

    def finished_seeds(self, run_id: str) -> set[str]:
        """Seeds of a run that need no further work: accepted or discarded."""
        query = "select seed_id from conversations where run_id = ? and status in ('accepted', 'discarded')"
        return {row["seed_id"] for row in self.db.rows(query, run_id)}

    def counts(self, run_id: str) -> Counts:
        """Figures of one run."""
        return Counts(
            statuses=self._counter(_STATUSES, run_id),
            rounds=self._counter(_ROUNDS, run_id),
            verdicts=self._counter(_VERDICTS, run_id),
            **self.db.rows(_TOTALS, run_id)[0],
        )

    def spent(self, run_id: str) -> Spent:
        """What was paid for on behalf of a run; a reply that another run paid for counts there."""
        return Spent(**self.db.rows(_SPENT, run_id)[0])

    def starts(self, run_id: str) -> list[StartRecord]:
        """The starts of a run, the newest first."""
        rows = self.db.rows("select * from starts where run_id = ? order by started_at desc", run_id)
        return [StartRecord(**row) for row in rows]

    def heartbeats(self) -> list[HeartbeatRecord]:
        """The last word of each run's newest start, the newest first; none in a file from before there were any."""
        return [HeartbeatRecord(**parsed(row, "progress")) for row in self.db.rows_of("heartbeats", _HEARTBEATS)]

    def lease(self, name: str) -> LeaseRecord | None:
        """Who is at work on something, or was when it was killed."""
        found = self.db.rows_of("leases", "select * from leases where name = ?", name)
        return LeaseRecord(**found[0]) if found else None

    def _counter(self, query: str, run_id: str) -> Counter[Any]:
        return Counter({row["value"]: row["number"] for row in self.db.rows(query, run_id)})
