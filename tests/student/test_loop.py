import asyncio
from dataclasses import replace

import pytest
from support.loop_parts import loop

from aiev.store.student_records import GateRecord
from aiev.store.writing.student import StudentStore
from aiev.student.loop import Facts, Step, next_step, stage_after

START = Facts(rounds=0, trained=False, decided=False, waiting=0, seeds_left=9, every=4)
GATE = GateRecord("g", 1, "big", "small", "e1", "e2", True, "student_better", "", {}, {}, "now")


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, Step.TEACH),
        ({"waiting": 3}, Step.TEACH),
        ({"waiting": 4}, Step.SPLIT),
        ({"rounds": 1}, Step.TRAIN),
        ({"rounds": 1, "waiting": 9}, Step.TRAIN),
        ({"rounds": 1, "trained": True}, Step.DECIDE),
        ({"rounds": 1, "trained": True, "decided": True}, Step.TEACH),
        ({"rounds": 1, "trained": True, "decided": True, "waiting": 4}, Step.SPLIT),
        ({"rounds": 1, "trained": True, "decided": True, "limit": 1, "waiting": 4}, Step.DONE),
        ({"rounds": 1, "trained": True, "limit": 1}, Step.DECIDE),
        ({"seeds_left": 0}, Step.DONE),
        ({"seeds_left": 0, "waiting": 4}, Step.SPLIT),
        ({"seeds_left": 0, "rounds": 1}, Step.TRAIN),
    ],
)
def test_each_state_of_the_store_has_its_step(changes, step):
    assert next_step(replace(START, **changes)) is step


def test_the_student_takes_over_through_an_open_gate_alone():
    assert stage_after(None) == "teaching"
    assert stage_after(GATE) == "self_learning"
    assert stage_after(replace(GATE, opens=False)) == "teaching"
    assert stage_after(replace(GATE, evidence={"guards": {"trips": ["diversity"]}})) == "teaching"
    assert stage_after(replace(GATE, evidence={"guards": {"trips": []}})) == "self_learning"


def test_the_state_of_a_database_says_who_makes_dialogues_and_what_is_next(tmp_path):
    path = tmp_path / "t.db"
    one = loop(path, "student.rounds=1")
    asyncio.run(one.run())
    state = one.state()
    assert (state.stage, state.student, state.training) == ("self_learning", state.training, state.training)
    assert (state.facts.rounds, state.facts.trained, state.facts.decided) == (1, True, True)
    assert next_step(state.facts) is Step.DONE
    assert next_step(loop(path, "student.rounds=2").state().facts) is Step.TEACH


def test_a_round_is_trained_when_all_its_stages_are_done(tmp_path):
    path = tmp_path / "t.db"
    asyncio.run(loop(path, "student.rounds=1").run())
    asked = loop(path, "student.rounds=1", "train.stages=['sft', 'rpo']")
    assert (asked.state().facts.trained, asked.state().training) == (False, None)
    with StudentStore.open(path) as store:
        done = replace(loop(path).state().training, id="t2", adapter="b", config={"stages": ["sft", "rpo"]})
        asyncio.run(store.write_training(done))
    assert (asked.state().facts.trained, asked.state().training) == (True, done)


def test_an_empty_database_belongs_to_the_teacher(tmp_path):
    path = tmp_path / "t.db"
    StudentStore.open(path).close()
    state = loop(path).state()
    assert (state.stage, state.student, state.training) == ("teaching", None, None)
    assert next_step(state.facts) is Step.TEACH
