"""Reads what programs and tests came to that judge each other, and their pairs. A file of an earlier aiev has none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.store.preference_records import (
    CellRecord,
    GenerationRecord,
    MatrixRecord,
    PairRecord,
    ScoreRecord,
    UnitRecord,
)
from aiev.store.reading.read_only import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GENERATIONS = """
select g.kind, g.position, g.model, g.decoding, g.request_hash, b.text
from generations g join blobs b on b.hash = g.text
where g.conversation_id = ? order by g.kind, g.position
"""
_UNITS = """
select u.position, u.tests, b.text as source, u.set_apart, u.mutation_score, u.weight
from test_units u join blobs b on b.hash = u.source where u.conversation_id = ? order by u.position
"""
_CELLS = "select program, unit, verdict, cpu_seconds from cells where conversation_id = ? order by program, unit"
_SCORES = """
select scorer, parameters, program, score from scores where conversation_id = ? order by scorer, parameters, program
"""
_PAIRS = "select position, kind, chosen, rejected, gap, rule from pairs where conversation_id = ? order by position"
_SCORED = """
select p.conversation_id, p.kind, p.gap, p.rule, x.text as chosen, y.text as rejected,
  g.model as chosen_model, h.model as rejected_model,
  (select score from scores s where s.conversation_id = c.id and s.program = p.chosen and s.scorer = r.scorer)
    as chosen_score,
  (select score from scores s where s.conversation_id = c.id and s.program = p.rejected and s.scorer = r.scorer)
    as rejected_score
from pairs p join conversations c on c.id = p.conversation_id
  join (select id, coalesce(json_extract(config, '$.prefer.scorer'), 'codedpo') as scorer from runs) r
    on r.id = c.run_id
  join generations g on g.conversation_id = c.id and g.kind = 'program' and g.position = p.chosen
  join generations h on h.conversation_id = c.id and h.kind = 'program' and h.position = p.rejected
  join blobs x on x.hash = g.text join blobs y on y.hash = h.text
where p.conversation_id in (select value from json_each(?)) order by p.conversation_id, p.position
"""
_COUNTS = """
select count(*) as problems, coalesce(sum(c.problem != ''), 0) as posed,
  coalesce(sum(exists (select 1 from test_units u where u.conversation_id = c.id)), 0) as judged,
  coalesce(sum(exists (select 1 from pairs p where p.conversation_id = c.id)), 0) as paired
from conversations c where c.run_id = coalesce(?, c.run_id) and c.status != 'running'
"""
_OF_KIND = """
select p.kind as name, count(*) as number from pairs p join conversations c on c.id = p.conversation_id
where c.run_id = coalesce(?, c.run_id) group by 1
"""
_SET_APART = """
select coalesce(nullif(u.set_apart, ''), 'kept') as name, count(*) as number
from test_units u join conversations c on c.id = u.conversation_id where c.run_id = coalesce(?, c.run_id) group by 1
"""
_REASONS = """
select c.reason as name, count(*) as number from conversations c
where c.run_id = coalesce(?, c.run_id) and c.status in ('discarded', 'failed') group by 1
"""
_WRITTEN = """
select c.id, c.problem, s.language from conversations c join seeds s on s.id = c.seed_id
where c.problem != '' and c.status in ('accepted', 'discarded')
  and not exists (select 1 from generations g where g.conversation_id = c.id)
order by c.started_at, c.id
"""
_REPLIES = """
select hash, purpose, answered_by as model, request, content from requests
where conversation_id = ? and purpose in (select value from json_each(?)) order by rowid
"""


@dataclass(frozen=True, slots=True)
class WrittenConversation:
    """A conversation whose replies have not been run against each other."""

    id: str
    problem: str
    language: str


@dataclass(frozen=True, slots=True)
class WrittenReply:
    """A paid reply of a conversation."""

    hash: str
    purpose: str
    model: str
    request: str
    """As JSON."""
    content: str


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair with its texts, and the scores that it was chosen by."""

    kind: str
    gap: float
    rule: str
    chosen: str
    rejected: str
    chosen_model: str
    rejected_model: str
    chosen_score: float | None
    """By the scorer of its run; None where that gave none."""
    rejected_score: float | None


@dataclass(frozen=True, slots=True)
class PreferenceCounts:
    """What the ended problems of a run came to."""

    problems: int
    posed: int
    """With a text."""
    judged: int
    """With a matrix."""
    paired: int
    """With a pair."""
    pairs: dict[str, int]
    """By kind."""
    units: dict[str, int]
    """Test units that are `kept`, or why they are set apart."""
    reasons: dict[str, int]
    """Why problems have no pair."""


class PreferenceReader(Reader):
    """Reads matrices and pairs."""

    def counts(self, run_id: str | None) -> PreferenceCounts:
        """What a run, or all of them, came to so far."""
        counts = self.db.rows(_COUNTS, run_id)[0]
        return PreferenceCounts(
            **counts,
            pairs=self._named(_OF_KIND, run_id),
            units=self._named(_SET_APART, run_id),
            reasons=self._named(_REASONS, run_id),
        )

    def written(self) -> list[WrittenConversation]:
        """Conversations with a problem and without a matrix, the oldest first."""
        return [WrittenConversation(**row) for row in self.db.rows(_WRITTEN)]

    def replies(self, conversation_id: str, purposes: Sequence[str]) -> list[WrittenReply]:
        """The paid replies of a conversation for some purposes, in the order in which they came."""
        rows = self.db.rows(_REPLIES, conversation_id, json.dumps(list(purposes)))
        return [WrittenReply(**row) for row in rows]

    def matrix(self, conversation_id: str) -> MatrixRecord | None:
        """All that is known of the programs and tests of a conversation's problem; None where there are none."""
        generations = self.db.rows_of("generations", _GENERATIONS, conversation_id)
        if not generations:
            return None
        return MatrixRecord(
            conversation_id,
            tuple(GenerationRecord(**row | {"decoding": json.loads(row["decoding"])}) for row in generations),
            tuple(UnitRecord(**row) for row in self.db.rows(_UNITS, conversation_id)),
            tuple(CellRecord(**row) for row in self.db.rows(_CELLS, conversation_id)),
            tuple(
                ScoreRecord(**row | {"parameters": json.loads(row["parameters"])})
                for row in self.db.rows(_SCORES, conversation_id)
            ),
            tuple(PairRecord(**row) for row in self.db.rows(_PAIRS, conversation_id)),
        )

    def any(self) -> bool:
        """Whether any conversation has a pair."""
        return bool(self.db.rows_of("pairs", "select 1 from pairs limit 1"))

    def of_conversations(self, conversation_ids: Iterable[str]) -> dict[str, tuple[ScoredPair, ...]]:
        """The pairs of conversations that have any, by conversation."""
        found: dict[str, tuple[ScoredPair, ...]] = {}
        for row in self.db.rows_of("pairs", _SCORED, json.dumps(list(conversation_ids))):
            key = row.pop("conversation_id")
            found[key] = (*found.get(key, ()), ScoredPair(**row))
        return found

    def _named(self, query: str, run_id: str | None) -> dict[str, int]:
        return {row["name"]: row["number"] for row in self.db.rows(query, run_id)}
