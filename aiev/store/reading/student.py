"""Rounds of the gate, trainings, evaluations and decisions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiev.store.reading.evidence import evidence_source
from aiev.store.reading.read_only import Reader, parsed
from aiev.store.reading.standing import stands
from aiev.store.student_records import (
    AcceptedRecord,
    DecontaminationRecord,
    EvaluationRecord,
    GateItemRecord,
    GateRecord,
    RoundItemRecord,
    RoundRecord,
    SampleRecord,
    TrainingRecord,
)

if TYPE_CHECKING:
    from aiev.store.reading.standing import Standing

_SAMPLES = """
select s.*, b.text as program from evaluation_samples s join blobs b on b.hash = s.program
where s.evaluation_id = ? order by s.item, s.sample
"""
_ACCEPTED = """
select c.id, c.run_id, r.recipe, r.model, c.seed_id, s.content as seed_content,
  coalesce(nullif(json_extract(r.config, '$.dialogue.language'), ''), s.language) as language,
  c.problem, c.program, c.tests, coalesce(e.requirements, '[]') as requirements, c.finished_at,
  coalesce(i.part, '') as part, coalesce(i.round, 0) as round, c.status, coalesce(v.status, 'none') as evidence
from conversations c join runs r on r.id = c.run_id join seeds s on s.id = c.seed_id
  left join executions e on e.conversation_id = c.id and e.round = c.rounds
  left join round_items i on i.conversation_id = c.id left join {evidence} v on v.conversation_id = c.id
where c.status = 'accepted' or i.round > 0 order by c.finished_at, c.id
"""


class StudentReader(Reader):
    """Reads what concerns the student. A file of an earlier aiev has none of it."""

    def rounds(self) -> list[RoundRecord]:
        """All rounds, the first one first."""
        return [
            RoundRecord(**row) for row in self.db.rows_of("gate_rounds", "select * from gate_rounds order by number")
        ]

    def round_items(self) -> list[RoundItemRecord]:
        """The place of every dialogue that is in a round."""
        query = "select * from round_items order by conversation_id"
        return [RoundItemRecord(**row) for row in self.db.rows_of("round_items", query)]

    def accepted(self, standing: Standing = "usable") -> list[AcceptedRecord]:
        """Accepted conversations of a standing, the earliest first, each with its place.

        One that has a place is among them whatever was found out since: a frozen round keeps its items.
        """
        rows = self.db.rows_of("round_items", _ACCEPTED.replace("{evidence}", evidence_source(self.db)))
        found = [AcceptedRecord(**row | {"requirements": tuple(json.loads(row["requirements"]))}) for row in rows]
        return [one for one in found if one.part or stands(standing, one.status, one.evidence)]

    def used_seeds(self) -> set[str]:
        """Seeds of which some run has made a dialogue that was accepted or discarded."""
        rows = self.db.rows("select distinct seed_id from conversations where status in ('accepted', 'discarded')")
        return {row["seed_id"] for row in rows}

    def trainings(self) -> list[TrainingRecord]:
        """All trainings, the newest first."""
        rows = self.db.rows_of("trainings", "select * from trainings order by started_at desc, id")
        return [TrainingRecord(**parsed(row, "config", "metrics")) for row in rows]

    def evaluations(self) -> list[EvaluationRecord]:
        """All evaluations, the newest first."""
        rows = self.db.rows_of("evaluations", "select * from evaluations order by started_at desc, id")
        return [EvaluationRecord(**parsed(row, "config", "pass_at_k")) for row in rows]

    def samples(self, evaluation_id: str) -> list[SampleRecord]:
        """Every reply of an evaluation, by item and number."""
        return [SampleRecord(**row) for row in self.db.rows_of("evaluation_samples", _SAMPLES, evaluation_id)]

    def decontaminations(self, evaluation_id: str) -> list[DecontaminationRecord]:
        """What a benchmark was compared with, the newest first."""
        query = "select * from decontaminations where evaluation_id = ? order by made_at desc, training_hash"
        rows = self.db.rows_of("decontaminations", query, evaluation_id)
        return [DecontaminationRecord(**parsed(row, "report")) for row in rows]

    def gates(self) -> list[GateRecord]:
        """All decisions, the newest first."""
        rows = self.db.rows_of("gates", "select * from gates order by decided_at desc, id")
        return [GateRecord(**parsed(row, "evidence", "rules") | {"opens": bool(row["opens"])}) for row in rows]

    def gate_items(self, gate_id: str) -> list[GateItemRecord]:
        """The items of a decision."""
        query = "select * from gate_items where gate_id = ? order by item"
        return [GateItemRecord(**row) for row in self.db.rows_of("gate_items", query, gate_id)]
