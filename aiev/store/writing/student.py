"""Writes what concerns the student: rounds, trainings, evaluations, gates.

Invariants: as those of `store.py`; a round and the places of its dialogues are written in one transaction, and never
change; a decision of the gate comes with all its items or not at all.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aiev.store.texts import digest
from aiev.store.writing.rows import as_json, insert_new, upsert
from aiev.store.writing.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from aiev.store.student_records import (
        DecontaminationRecord,
        EvaluationRecord,
        GateItemRecord,
        GateRecord,
        RoundItemRecord,
        RoundRecord,
        SampleRecord,
        TrainingRecord,
    )


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
