"""Reads what self-alignment made. A file of an earlier aiev has none."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiev.store.alignment_records import InstructionRecord
from aiev.store.reading.read_only import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiev.store.reading.read_only import Row

_COUNTS = """
select count(*) as seeds, coalesce(sum(i.concepts != '[]'), 0) as concepts,
  coalesce(sum(i.instruction != ''), 0) as instructions,
  count(distinct nullif(i.instruction, '')) as distinct_instructions,
  coalesce(sum(i.responses), 0) as responses, coalesce(sum(i.passing), 0) as passing,
  coalesce(sum(i.passing > 0), 0) as solved, coalesce(sum(i.responses > 0 and i.passing = i.responses), 0) as easy,
  coalesce(sum(v.status = 'verified'), 0) as verified, coalesce(sum(c.status = 'accepted'), 0) as kept
from conversations c left join instructions i on i.conversation_id = c.id
  left join evidence v on v.conversation_id = c.id
where c.run_id = ? and c.status != 'running'
"""
_REASONS = """
select c.reason as reason, count(*) as number from conversations c
where c.run_id = ? and c.status in ('discarded', 'failed') group by 1
"""
_MALFORMED = """
select k.detail as detail, count(*) as number from candidates k join conversations c on c.id = k.conversation_id
where c.run_id = ? and k.verdict = 'malformed' group by 1
"""
_KEPT = """
select c.id, i.instruction, c.program, m.content as response, s.language from conversations c
  join instructions i on i.conversation_id = c.id join seeds s on s.id = c.seed_id
  join messages m on m.conversation_id = c.id and m.role = 'assistant'
where c.run_id = ? and c.status = 'accepted' order by c.id
"""
_OF_MANY = "select * from instructions where conversation_id in (select value from json_each(?))"


@dataclass(frozen=True, slots=True)
class AlignmentFunnel:
    """How many of a run's items came how far."""

    seeds: int
    concepts: int
    instructions: int
    distinct_instructions: int
    responses: int
    passing: int
    """Responses that pass their own tests."""
    solved: int
    """Instructions with a passing response."""
    easy: int
    """Instructions whose responses all pass."""
    verified: int
    kept: int
    reasons: Counter[str] = field(default_factory=Counter)
    """Why items are not kept."""
    malformed: Counter[str] = field(default_factory=Counter)
    """Responses that were not run, by what is wrong with their form."""


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item that is kept so far."""

    id: str
    instruction: str
    program: str
    response: str
    language: str


class AlignmentReader(Reader):
    """Reads instructions and their responses."""

    def any(self) -> bool:
        """Whether any conversation comes from self-alignment."""
        return bool(self.db.rows_of("instructions", "select 1 from instructions limit 1"))

    def funnel(self, run_id: str) -> AlignmentFunnel:
        """How far the ended items of a run came."""
        counts = self.db.rows(_COUNTS, run_id)[0]
        return AlignmentFunnel(
            **counts,
            reasons=Counter({row["reason"]: row["number"] for row in self.db.rows(_REASONS, run_id)}),
            malformed=Counter({row["detail"]: row["number"] for row in self.db.rows(_MALFORMED, run_id)}),
        )

    def kept(self, run_id: str) -> Iterator[KeptItem]:
        """The items of a run that are kept, in the order of their ids."""
        return (KeptItem(**row) for row in self.db.rows(_KEPT, run_id))

    def of_conversations(self, conversation_ids: Iterable[str]) -> dict[str, InstructionRecord]:
        """The instructions of conversations that have any, by conversation."""
        rows = self.db.rows_of("instructions", _OF_MANY, json.dumps(list(conversation_ids)))
        return {row["conversation_id"]: _record(row) for row in rows}


def _record(row: Row) -> InstructionRecord:
    parsed = {
        "concepts": tuple(json.loads(row["concepts"])),
        "shots": json.loads(row["shots"]),
        "shows_tests": bool(row["shows_tests"]),
    }
    return InstructionRecord(**row | parsed)
