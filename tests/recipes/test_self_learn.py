"""The loop with scripted parts and a real store: who makes what, and that a kill changes nothing."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from support.loop_parts import loop

from aiev.errors import AievError, UsageError
from aiev.recipes.self_learn import loop_graph, mermaid
from aiev.store.reading.student import StudentReader


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


def run(path, *assignments, **options):
    return asyncio.run(loop(path, *assignments, **options).run())


def makers(path):
    """Recipe and model of the accepted dialogues, by round."""
    with StudentReader.open(path) as reader:
        return {(one.round, one.recipe, one.model) for one in reader.accepted() if one.round}


def test_a_student_that_wins_makes_the_next_rounds_dialogues_under_its_own_name(path):
    told = []
    state = run(path, "student.rounds=2", told=told)
    assert makers(path) == {(1, "teach", "big"), (2, "self_learn", "aiev-r001-0badcafe")}
    with StudentReader.open(path) as reader:
        gates = reader.gates()
        assert [gate.reason for gate in gates] == ["student_better", "student_better"]
        assert [one.stage for one in reader.rounds()] == ["teaching", "self_learning"]
        assert {one.round for one in reader.trainings()} == {1, 2}
    assert state.facts.rounds == 2
    assert any(line.startswith("self-learning: aiev-r001-0badcafe makes") for line in told)


def test_a_student_that_loses_leaves_the_teacher_at_work(path):
    run(path, "student.rounds=2", student_passes=False, teacher_passes=True)
    assert {(maker, model) for _, maker, model in makers(path)} == {("teach", "big")}
    with StudentReader.open(path) as reader:
        assert {gate.reason for gate in reader.gates()} == {"not_higher"}


def test_its_own_tests_count_only_where_the_teacher_passes_them(path):
    run(path, "student.rounds=2")
    with StudentReader.open(path) as reader:
        second, first = reader.gates()
        own = {one.id for one in reader.accepted() if one.recipe == "self_learn" and one.part == "test"}
        assert own
        assert not own & {item.item for item in reader.gate_items(second.id)}
        assert second.evidence["set_aside"] == len(own)
        assert first.evidence["set_aside"] == 0


def test_a_guard_that_trips_sends_the_next_round_back_to_the_teacher(path):
    told = []
    run(path, "student.rounds=3", "student.min_diversity=1.0", "student.max_near_duplicates=1.0", told=told)
    made = {(number, maker) for number, maker, _ in makers(path)}
    assert made == {(1, "teach"), (2, "self_learn"), (3, "teach")}
    assert any("diversity" in line and "the teacher makes the next round" in line for line in told)
    with StudentReader.open(path) as reader:
        guards = next(gate for gate in reader.gates() if gate.round == 2).evidence["guards"]
    assert guards["diversity"] < 1.0
    assert guards["trips"]


def test_the_loop_ends_when_no_seed_is_left_and_starts_nothing_again(path):
    state = run(path, seeds=12)
    assert state.facts.seeds_left == 0
    with StudentReader.open(path) as reader:
        before = reader.gates()
    paid = Path("paid").read_text()
    run(path, seeds=12)
    with StudentReader.open(path) as reader:
        assert reader.gates() == before
    assert Path("paid").read_text() == paid
    assert Path("trained").read_text() == "1\n"


def test_no_test_item_is_ever_learnt_from(path):
    run(path, "student.rounds=3")
    with StudentReader.open(path) as reader:
        accepted = reader.accepted()
    parts = {}
    for one in accepted:
        parts.setdefault(one.seed_id, set()).add(one.part or "none")
    assert all(len(found) == 1 for found in parts.values())
    assert {one.part for one in accepted if one.round} <= {"train", "test", "held"}


def test_nobody_named_to_learn_is_one_line(path):
    with pytest.raises(UsageError, match="no student to train"):
        run(path, "student.name=")


def test_a_loop_that_gets_nowhere_stops(path, monkeypatch):
    async def broken(*_):
        raise AievError("context too long")

    monkeypatch.setattr("aiev.run.dialogues.run_dialogue", broken)
    with pytest.raises(AievError, match=r"none of .* dialogues ended"):
        run(path)


def test_a_long_loop_runs_to_its_end(path):
    state = run(path, "gate.every=4", "run.workers=1", seeds=32)
    assert state.facts.rounds == 8  # 32 steps: more than the 25 that LangGraph may stop at
    assert state.facts.seeds_left == 0


def test_the_graph_has_an_edge_for_each_step_that_can_follow():
    edges = {(edge.source, edge.target) for edge in loop_graph().get_graph().edges}
    start = {("__start__", step) for step in ("teach", "split", "train", "decide", "__end__")}
    rounds = {("teach", "split"), ("split", "train"), ("train", "decide"), ("decide", "teach"), ("decide", "split")}
    assert edges == start | rounds | {("teach", "teach"), ("teach", "__end__"), ("decide", "__end__")}
    assert "split --> train" in mermaid()


CHILD = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from support.loop_parts import loop
asyncio.run(loop(Path("t.db"), "student.rounds=2", latency=0.02, train_seconds=0.4).run())
"""


def decisions(path):
    with closing(sqlite3.connect(path)) as db:
        rows = "select round, opens, reason, json_extract(evidence, '$.items') from gates order by round"
        hashes = "select number, accepted >= number * 10, train_hash != test_hash from gate_rounds order by number"
        return db.execute(rows).fetchall(), db.execute(hashes).fetchall()


def test_kill_9_in_every_phase_repeats_nothing_that_was_paid_and_trains_nothing_twice(tmp_path):
    script = CHILD.format(tests=str(Path(__file__).parents[1]))
    reached, kills = set(), 0
    while True:
        child = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path)
        while child.poll() is None and phase(tmp_path / "t.db") <= reached:
            time.sleep(0.02)
        if child.poll() is not None:
            break
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        kills += 1
        reached |= phase(tmp_path / "t.db")
    assert child.returncode == 0
    assert reached == {"conversations", "gate_rounds", "trainings", "evaluations", "gates"}
    paid = (tmp_path / "paid").read_text().split()
    assert len(paid) - len(set(paid)) <= 2 * kills
    trained = (tmp_path / "trained").read_text().split()
    assert trained == ["1", "2"]
    found, rounds = decisions(tmp_path / "t.db")
    assert [row[:3] for row in found] == [(1, 1, "student_better"), (2, 1, "student_better")]
    assert rounds == [(1, 1, 1), (2, 1, 1)]


def phase(path):
    """What had been reached when it was killed."""
    if not path.is_file():
        return set()
    with closing(sqlite3.connect(path, timeout=60)) as db:
        tables = {row[0] for row in db.execute("select name from sqlite_master where type = 'table'")}
        names = ("conversations", "gate_rounds", "trainings", "evaluations", "gates")
        return {name for name in names if name in tables and db.execute(f"select 1 from {name}").fetchone()}  # noqa: S608
