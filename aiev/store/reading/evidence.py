"""Evidence that was gathered for conversations. A file of an earlier aiev has none."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiev.store.reading.read_only import Reader, parsed
from aiev.store.reading.standing import NO_EVIDENCE
from aiev.store.records import EvidenceRecord, EvidenceTest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev.store.reading.read_only import ReadOnly, Row

_OF_MANY = "select * from evidence where conversation_id in (select value from json_each(?))"
_TESTS = "select * from evidence_tests where conversation_id = ? order by position"
_STATUSES = """
select c.status = 'accepted' as accepted, coalesce(v.status, 'none') as value, count(*) as number
from conversations c left join evidence v on v.conversation_id = c.id where c.run_id = ? group by 1, 2
"""
_REASONS = """
select r.value as value, count(*) as number from evidence v join conversations c on c.id = v.conversation_id,
  json_each(v.detail, '$.reasons') r where c.run_id = ? and v.status <> 'verified' group by 1
"""
_NUMBERS = re.compile(r"\d+")
_NOTHING = "(select '' as conversation_id, '' as status, '' as sentence where 0)"


@dataclass(frozen=True, slots=True)
class EvidenceCounts:
    """What the evidence of a run's conversations says."""

    accepted: Counter[str] = field(default_factory=Counter)
    """Accepted conversations by the status of their evidence, `none` included."""
    statuses: Counter[str] = field(default_factory=Counter)
    """All conversations with evidence, by its status."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Conversations that are not verified, by each kind of reason."""

    def as_dict(self) -> dict[str, dict[str, int]]:
        """The counts as plain data, the most frequent first."""
        counters = {"accepted": self.accepted, "statuses": self.statuses, "reasons": self.reasons}
        return {name: dict(counter.most_common()) for name, counter in counters.items()}


_PASSED = """
select c.id, c.seed_id, c.status, c.language, c.problem from conversations c
  join executions e on e.conversation_id = c.id and e.round = c.rounds and e.verdict = 'ok'
  left join {} v on v.conversation_id = c.id
where c.status in ('accepted', 'discarded') and (? or v.conversation_id is null) order by c.finished_at, c.id
"""


@dataclass(frozen=True, slots=True)
class PassedConversation:
    """A conversation whose last round passed its tests."""

    id: str
    seed_id: str
    status: str
    language: str
    problem: str


class EvidenceReader(Reader):
    """Reads evidence."""

    def evidence(self, conversation_id: str) -> EvidenceRecord | None:
        """The evidence of a conversation, with its tests; None when there is none."""
        rows = self.db.rows_of("evidence", "select * from evidence where conversation_id = ?", conversation_id)
        tests = self.db.rows(_TESTS, conversation_id) if rows else []
        return _record(rows[0], tests) if rows else None

    def passed(self, *, again: bool = False) -> list[PassedConversation]:
        """Conversations that passed their tests and have no evidence, the oldest first; `again`: those with it too."""
        return [PassedConversation(**row) for row in self.db.rows(_PASSED.format(evidence_source(self.db)), again)]

    def without_tests(self, conversation_ids: Iterable[str]) -> dict[str, EvidenceRecord]:
        """The evidence of conversations that have any, by conversation, without its tests."""
        rows = self.db.rows_of("evidence", _OF_MANY, json.dumps(list(conversation_ids)))
        return {row["conversation_id"]: _record(row, []) for row in rows}

    def gathered(self) -> bool:
        """Whether any conversation has evidence."""
        return bool(self.db.rows_of("evidence", "select 1 from evidence limit 1"))

    def counts(self, run_id: str) -> EvidenceCounts:
        """What the evidence of a run's conversations says."""
        found = EvidenceCounts()
        for row in self.db.rows_of("evidence", _STATUSES, run_id):
            if row["accepted"]:
                found.accepted[row["value"]] += row["number"]
            if row["value"] != NO_EVIDENCE:
                found.statuses[row["value"]] += row["number"]
        for row in self.db.rows_of("evidence", _REASONS, run_id):
            found.reasons[kind_of(row["value"])] += row["number"]
        return found


def kind_of(reason: object) -> str:
    """A reason without its numbers, so that those of many conversations count together: `… of … mutants`."""
    return _NUMBERS.sub("…", str(reason))


def evidence_source(db: ReadOnly) -> str:
    """What to join as evidence: the table, or nothing of its shape in a file of an earlier aiev."""
    return "evidence" if db.columns("evidence") else _NOTHING


def _record(row: Row, tests: Iterable[Row]) -> EvidenceRecord:
    values: dict[str, Any] = parsed(row, "detail") | {"stable": bool(row["stable"])}
    named = ({name: value for name, value in test.items() if name != "conversation_id"} for test in tests)
    return EvidenceRecord(**values, tests=tuple(EvidenceTest(**test) for test in named))
