"""Writes what concerns the student: rounds, trainings, evaluations, gates.

Invariants: as those of `store.py`; a round and the places of its dialogues are written in one transaction, and never
change; a decision of the gate comes with all its items or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.store.texts import digest
from aiev.store.writing.statements import as_json, columns, insert, upsert
from aiev.store.writing.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        """Write a round with the places of the dialogues that it adds; one that is there stays as it is."""
        await self._write(insert("gate_rounds", columns(record)), insert("round_items", *map(columns, items)))

    async def write_training(self, record: TrainingRecord) -> None:
        """Add a training, or write its newest state."""
        row = columns(record) | {"config": as_json(record.config), "metrics": as_json(record.metrics)}
        await self._write(upsert("trainings", row, "id"))

    async def write_evaluation(self, record: EvaluationRecord) -> None:
        """Add an evaluation, or write how it ended."""
        row = columns(record) | {"config": as_json(record.config), "pass_at_k": as_json(record.pass_at_k)}
        await self._write(upsert("evaluations", row, "id"))

    async def add_sample(self, record: SampleRecord) -> None:
        """Write one reply's result, in the place of an earlier one."""
        blob = {"hash": digest(record.program), "text": record.program}
        row = columns(record) | {"program": blob["hash"]}
        await self._write(insert("blobs", blob), upsert("evaluation_samples", row, "evaluation_id", "item", "sample"))

    async def add_decontamination(self, record: DecontaminationRecord) -> None:
        """Write what of a benchmark was found; the same comparison again takes the place of the earlier one."""
        row = columns(record) | {"report": as_json(record.report)}
        await self._write(upsert("decontaminations", row, "evaluation_id", "training_hash"))

    async def add_gate(self, record: GateRecord, items: Sequence[GateItemRecord]) -> None:
        """Write a decision with all its items; one that is there stays as it is."""
        row = columns(record) | {"evidence": as_json(record.evidence), "rules": as_json(record.rules)}
        await self._write(insert("gates", row), insert("gate_items", *map(columns, items)))
