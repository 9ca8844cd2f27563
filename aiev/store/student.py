"""Writes and reads what concerns the student: rounds, trainings, evaluations, gates.

Invariants: as those of `writer.py` and `reader.py`; a round and the places of its items are written in one transaction,
and never change; a decision of the gate comes with all its items or not at all.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiev.store.reading.reader import Reader
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
from aiev.store.texts import digest
from aiev.store.writing.rows import Row, as_json, insert_new, upsert
from aiev.store.writing.writer import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_SAMPLES = """
select s.*, b.text as program from evaluation_samples s join blobs b on b.hash = s.program
where s.evaluation_id = ? order by s.item, s.sample
"""
_ACCEPTED = """
select c.id, c.run_id, r.recipe, r.model, c.seed_id, s.content as seed_content,
  coalesce(nullif(json_extract(r.config, '$.dialogue.language'), ''), s.language) as language,
  c.problem, c.program, c.tests, coalesce(e.requirements, '[]') as requirements, c.finished_at,
  coalesce(i.part, '') as part, coalesce(i.round, 0) as round
from conversations c join runs r on r.id = c.run_id join seeds s on s.id = c.seed_id
  left join executions e on e.conversation_id = c.id and e.round = c.rounds
  left join round_items i on i.conversation_id = c.id
where c.status = 'accepted' order by c.finished_at, c.id
"""


class StudentStore(Store):
    """A `Store` that also keeps what concerns the student."""

    async def freeze_round(self, record: RoundRecord, items: Sequence[RoundItemRecord]) -> None:
        """Write a round with the places of the items that it adds; one that is there stays as it is."""
        row, rows = asdict(record), [asdict(item) for item in items]

        def command(db: Database) -> None:
            insert_new(db, "gate_rounds", row)
            insert_new(db, "round_items", *rows)

        await self._thread.submit(command)

    async def write_training(self, record: TrainingRecord) -> None:
        """Add a training, or write how it goes on."""
        row = asdict(record) | {"config": as_json(record.config), "metrics": as_json(record.metrics)}
        await self._thread.submit(lambda db: upsert(db, "trainings", row, "id"))

    async def write_evaluation(self, record: EvaluationRecord) -> None:
        """Add an evaluation, or write how it ended."""
        row = asdict(record) | {"config": as_json(record.config), "pass_at_k": as_json(record.pass_at_k)}
        await self._thread.submit(lambda db: upsert(db, "evaluations", row, "id"))

    async def add_sample(self, record: SampleRecord) -> None:
        """Write one reply's result; one that is there stays as it is."""
        row = asdict(record) | {"program": digest(record.program)}
        blob = {"hash": row["program"], "text": record.program}

        def command(db: Database) -> None:
            insert_new(db, "blobs", blob)
            insert_new(db, "evaluation_samples", row)

        await self._thread.submit(command)

    async def add_decontamination(self, record: DecontaminationRecord) -> None:
        """Write what of a benchmark was found; the same comparison again takes the place of the earlier one."""
        row = asdict(record) | {"report": as_json(record.report)}
        await self._thread.submit(lambda db: upsert(db, "decontaminations", row, "evaluation_id", "training_hash"))

    async def add_gate(self, record: GateRecord, items: Sequence[GateItemRecord]) -> None:
        """Write a decision with all its items; one that is there stays as it is."""
        row = asdict(record) | {"evidence": as_json(record.evidence), "rules": as_json(record.rules)}
        row["opens"] = int(record.opens)
        rows = [asdict(item) for item in items]

        def command(db: Database) -> None:
            insert_new(db, "gates", row)
            insert_new(db, "gate_items", *rows)

        await self._thread.submit(command)


class StudentReader(Reader):
    """A `Reader` that also reads what concerns the student. A file of an earlier aiev has none of it."""

    def rounds(self) -> list[RoundRecord]:
        """All rounds, the first one first."""
        return [RoundRecord(**row) for row in self._known("gate_rounds", "select * from gate_rounds order by number")]

    def round_items(self) -> list[RoundItemRecord]:
        """The place of every dialogue that is in a round."""
        query = "select * from round_items order by conversation_id"
        return [RoundItemRecord(**row) for row in self._known("round_items", query)]

    def accepted(self) -> list[AcceptedRecord]:
        """All accepted conversations, the earliest first, each with its place."""
        rows = self._known("round_items", _ACCEPTED)
        return [AcceptedRecord(**row | _tuple(row, "requirements")) for row in rows]

    def used_seeds(self) -> set[str]:
        """Seeds of which some run has made a dialogue that was accepted or discarded."""
        rows = self._rows("select distinct seed_id from conversations where status in ('accepted', 'discarded')")
        return {row["seed_id"] for row in rows}

    def trainings(self) -> list[TrainingRecord]:
        """All trainings, the newest first."""
        rows = self._known("trainings", "select * from trainings order by started_at desc, id")
        return [TrainingRecord(**_json(row, "config", "metrics")) for row in rows]

    def evaluations(self) -> list[EvaluationRecord]:
        """All evaluations, the newest first."""
        rows = self._known("evaluations", "select * from evaluations order by started_at desc, id")
        return [EvaluationRecord(**_json(row, "config", "pass_at_k")) for row in rows]

    def samples(self, evaluation_id: str) -> list[SampleRecord]:
        """Every reply of an evaluation, by item and number."""
        return [SampleRecord(**row) for row in self._known("evaluation_samples", _SAMPLES, evaluation_id)]

    def decontaminations(self, evaluation_id: str) -> list[DecontaminationRecord]:
        """What a benchmark was compared with, the newest first."""
        query = "select * from decontaminations where evaluation_id = ? order by made_at desc, training_hash"
        rows = self._known("decontaminations", query, evaluation_id)
        return [DecontaminationRecord(**_json(row, "report")) for row in rows]

    def gates(self) -> list[GateRecord]:
        """All decisions, the newest first."""
        rows = self._known("gates", "select * from gates order by decided_at desc, id")
        return [GateRecord(**_json(row, "evidence", "rules") | {"opens": bool(row["opens"])}) for row in rows]

    def gate_items(self, gate_id: str) -> list[GateItemRecord]:
        """The items of a decision."""
        query = "select * from gate_items where gate_id = ? order by item"
        return [GateItemRecord(**row) for row in self._known("gate_items", query, gate_id)]

    def _known(self, table: str, query: str, *values: Any) -> list[Row]:
        if not self._rows("select 1 as one from sqlite_master where type = 'table' and name = ?", table):
            return []
        return self._rows(query, *values)


def _tuple(row: Row, name: str) -> Row:
    return {name: tuple(json.loads(row[name]))}


def _json(row: Row, *names: str) -> Row:
    return row | {name: json.loads(row[name]) for name in names}
