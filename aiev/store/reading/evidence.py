"""Evidence that was gathered for conversations."""

from __future__ import annotations

from aiev.store.reading.read_only import Reader, parsed
from aiev.store.records import EvidenceRecord, EvidenceTest


class EvidenceReader(Reader):
    """Reads evidence. A file of an earlier aiev has none."""

    def evidence(self, conversation_id: str) -> EvidenceRecord | None:
        """The evidence of a conversation, with its tests; None when there is none."""
        rows = self.db.rows_of("evidence", "select * from evidence where conversation_id = ?", conversation_id)
        if not rows:
            return None
        query = "select * from evidence_tests where conversation_id = ? order by position"
        tests = [
            EvidenceTest(**{name: value for name, value in row.items() if name != "conversation_id"})
            for row in self.db.rows_of("evidence_tests", query, conversation_id)
        ]
        row = parsed(rows[0], "detail")
        return EvidenceRecord(**row | {"stable": bool(row["stable"]), "tests": tuple(tests)})

    def statuses(self) -> dict[str, str]:
        """Status of the evidence by conversation."""
        rows = self.db.rows_of("evidence", "select conversation_id, status from evidence")
        return {row["conversation_id"]: row["status"] for row in rows}
