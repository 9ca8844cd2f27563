"""Batches at a provider, and the requests in them. A file from before there were any has none."""

from __future__ import annotations

from aiev.store.reading.read_only import Reader, parsed
from aiev.store.records import BatchRecord, BatchRequestRecord

_WAITING = """
select hash from batch_requests r join batches b on b.id = r.batch_id where b.run_id = ? and r.status = 'waiting'
"""


class BatchReader(Reader):
    """Reads batches."""

    def batches(self, run_id: str = "") -> list[BatchRecord]:
        """The batches of a run, or of all, the oldest first."""
        query = "select * from batches where ? in ('', run_id) order by created_at, id"
        return [BatchRecord(**row) for row in self.db.rows_of("batches", query, run_id)]

    def batch_requests(self, batch_id: str, status: str = "waiting") -> list[BatchRequestRecord]:
        """The requests of a batch that have this status."""
        query = "select * from batch_requests where batch_id = ? and status = ?"
        rows = self.db.rows_of("batch_requests", query, batch_id, status)
        return [BatchRequestRecord(**parsed(row, "request")) for row in rows]

    def waiting_hashes(self, run_id: str) -> set[str]:
        """Hashes of the run's requests that are in a batch whose replies have not been collected."""
        return {row["hash"] for row in self.db.rows_of("batches", _WAITING, run_id)}
