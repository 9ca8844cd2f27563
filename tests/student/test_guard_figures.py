"""Figures of the guards, from the store that a loop with scripted models leaves."""

import asyncio

import pytest
from support.loop_parts import QUIET, loop

from aiev.config.layers import load_config
from aiev.store.reading.student import StudentReader
from aiev.student.guard_figures import guard_scores, measure_guards


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    made = tmp_path_factory.mktemp("loop") / "t.db"
    asyncio.run(loop(made, "student.rounds=2", paid=made.with_name("paid")).run())
    return made


def measured(path, number, *assignments):
    with StudentReader.open(path) as reader:
        record = next(gate for gate in reader.gates() if gate.round == number)
        return measure_guards(reader, record, load_config(assignments=(*QUIET, *assignments)).settings), record


def test_a_teaching_round_is_measured_on_the_guard_set_alone(path):
    figures, record = measured(path, 1)
    assert (figures["guard_score"], figures["best_guard_score"]) == (1.0, None)
    assert (figures["acceptance"], figures["diversity"], figures["near_duplicates"]) == (None, None, None)
    assert figures == record.evidence["guards"]


def test_a_self_learning_round_is_measured_on_what_the_student_made(path):
    figures, record = measured(path, 2)
    assert (figures["guard_score"], figures["best_guard_score"]) == (1.0, 1.0)
    assert 0.0 < figures["diversity"] <= 1.0
    assert figures["near_duplicates"] is not None
    assert figures["trips"] == []
    assert figures == record.evidence["guards"]
    strict, _ = measured(path, 2, "student.min_diversity=1.0")
    assert strict["trips"] == [f"diversity {figures['diversity']:.2f} is below 1"]


def test_without_a_guard_set_there_is_no_score(path):
    with StudentReader.open(path) as reader:
        assert guard_scores(reader, reader.gates()[0], 0) == (None, None)
