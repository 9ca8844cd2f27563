"""What concerns the student survives a round trip through the database."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from aiev.errors import StoreError
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import (
    EvaluationRecord,
    GateItemRecord,
    GateRecord,
    RoundItemRecord,
    RoundRecord,
    SampleRecord,
    TrainingRecord,
)
from aiev.store.writing.student import StudentStore

ROUND = RoundRecord(1, "teaching", 1, "a", "b", "2026-01-01")
TRAINING = TrainingRecord("t1", 1, "smollm2", "lora", "running", config={"rank": 8}, started_at="2026-01-01")
SITTING = EvaluationRecord(
    "e1", "teacher", "", 1, "m", "h", 1, 2, {"temperature": 0.2}, "docker", "sha256:1", "2026-01-01"
)
REPLY = SampleRecord("e1", "c1", 0, "r1", "j1", "ok", "", "x = 1\ud800", 0.1)
GATE = GateRecord("g1", 1, "big", "small", "e1", "e1", True, "student_better", "open", {"p": 0.01}, {}, "2026-01-02")


def test_everything_written_is_read_again(filled):
    async def write(store):
        await store.freeze_round(ROUND, [RoundItemRecord("c1", 1, "test")])
        await store.write_training(TRAINING)
        await store.write_training(
            replace(TRAINING, status="done", metrics={"loss": [2.0, 1.0]}, adapter="aiev-r001-0")
        )
        await store.write_evaluation(SITTING)
        await store.write_evaluation(replace(SITTING, finished_at="2026-01-02", pass_at_k={"1": 0.5}))
        await store.add_sample(REPLY)
        await store.add_gate(GATE, [GateItemRecord("g1", "c1", 0, 2, 2, 2)])

    with StudentStore.open(filled) as store:
        asyncio.run(write(store))
        asyncio.run(write(store))
    with StudentReader.open(filled) as reader:
        assert reader.rounds() == [ROUND]
        assert reader.round_items() == [RoundItemRecord("c1", 1, "test")]
        (training,) = reader.trainings()
        assert (training.status, training.config, training.metrics) == ("done", {"rank": 8}, {"loss": [2.0, 1.0]})
        assert reader.evaluations()[0].pass_at_k == {"1": 0.5}
        (sample,) = reader.samples("e1")
        assert (sample.passed, sample.program) == (True, "x = 1?")
        assert reader.gates() == [GATE]
        assert reader.gate_items("g1") == [GateItemRecord("g1", "c1", 0, 2, 2, 2)]


def test_a_frozen_item_keeps_its_place(filled):
    async def write(store):
        await store.freeze_round(ROUND, [RoundItemRecord("c1", 1, "test")])
        await store.freeze_round(replace(ROUND, number=2), [RoundItemRecord("c1", 2, "train")])

    with StudentStore.open(filled) as store:
        asyncio.run(write(store))
    with StudentReader.open(filled) as reader:
        assert reader.round_items() == [RoundItemRecord("c1", 1, "test")]


def test_a_decision_without_its_evaluations_is_refused_whole(filled):
    with StudentStore.open(filled) as store, pytest.raises(StoreError, match="FOREIGN KEY"):
        asyncio.run(store.add_gate(GATE, []))
    with StudentReader.open(filled) as reader:
        assert reader.gates() == []


def test_a_file_of_an_earlier_aiev_has_nothing_about_a_student(filled):
    with closing(sqlite3.connect(filled)) as db:
        for table in ("gate_items", "gates", "evaluation_samples", "evaluations", "trainings", "round_items"):
            db.execute(f"drop table {table}")
        db.commit()
    with StudentReader.open(filled) as reader:
        assert (reader.round_items(), reader.trainings(), reader.evaluations()) == ([], [], [])
        assert (reader.samples("e1"), reader.gates(), reader.gate_items("g1")) == ([], [], [])
