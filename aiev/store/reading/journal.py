"""Earlier replies and results, for a run that resumes."""

from __future__ import annotations

from aiev.store.reading.executions import EXECUTIONS, execution
from aiev.store.reading.read_only import Reader, parsed
from aiev.store.records import ExecutionRecord, RequestRecord


class JournalReader(Reader):
    """Finds what was answered or executed before, by the hash of the request or job."""

    def has_journal(self) -> bool:
        """Whether any reply or execution was ever kept."""
        return bool(self.db.rows("select 1 from requests union all select 1 from executions limit 1"))

    def reply_for(self, request_hash: str) -> RequestRecord | None:
        """The journal's reply to a request, if it was ever answered."""
        rows = self.db.rows("select * from requests where hash = ?", request_hash)
        return RequestRecord(**parsed(rows[0], "request")) if rows else None

    def execution_for(self, job_hash: str) -> ExecutionRecord | None:
        """The result of a job, if it ever ran."""
        rows = self.db.rows(f"{EXECUTIONS} where e.job_hash = ? limit 1", job_hash)
        return execution(rows[0]) if rows else None

    def matrix_for(self, matrix_hash: str) -> str:
        """The result of a matrix as JSON, if it ever ran; else empty."""
        rows = self.db.rows_of("matrices", "select result from matrices where hash = ?", matrix_hash)
        return str(rows[0]["result"]) if rows else ""
