"""Decisions of the gate between two evaluations: scripted models and interpreter, real store."""

import asyncio
from dataclasses import replace

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, write
from support.evaluations import PROBLEMS, evaluated, open_context, solver
from support.talk import GOOD

from aiev.config.layers import load_config
from aiev.errors import SetupError, StoreError, UsageError
from aiev.student.comparison import GateRules, Reason
from aiev.student.gate import decide_gate, decide_round, gate_rules, newest_evaluation, store_decision
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import RequestRejected


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


def pair(path, teacher, student):
    return (
        evaluated(path, solver(name="big", solves=teacher), subject="teacher"),
        evaluated(path, solver(name="small", solves=student), subject="student"),
    )


def test_a_decision_is_stored_once_with_items_evidence_and_both_evaluations(path):
    teacher, student = pair(path, lambda _: False, lambda _: True)
    with open_context(path, solver()) as context:
        store, reader, rules = context.store, context.reader, gate_rules(context.settings)
        one, two = (asyncio.run(store_decision(store, reader, decide_gate(teacher, student, rules))) for _ in range(2))
        assert reader.gates() == [one.record] == [two.record]
        assert len(reader.gate_items(one.record.id)) == 6
        assert newest_evaluation(reader, "student").id == one.record.student_evaluation
    assert one.record.opens
    assert one.record.evidence["p_value"] == pytest.approx(1 / 64)
    assert (one.record.teacher, one.record.student) == ("big", "small")
    assert [item["student_passed"] for item in one.as_dict()["items"]] == [1] * 6


def test_the_reverse_stays_shut(path):
    teacher, student = pair(path, lambda _: True, lambda _: False)
    decision = decide_gate(teacher, student, GateRules(min_items=1))
    assert (decision.record.opens, decision.record.reason) == (False, Reason.NOT_HIGHER)


def test_the_students_own_tests_count_only_where_the_teachers_solution_passes_them(path):
    teacher, student = pair(path, lambda number: number < 2, lambda _: True)
    alone = decide_gate(teacher, student, GateRules(min_items=1))
    checked = decide_gate(teacher, student, GateRules(min_items=1), self_made={f"p{number}" for number in range(6)})
    assert (alone.record.evidence["items"], alone.set_aside) == (6, 0)
    assert (checked.record.evidence["items"], checked.set_aside) == (2, 4)
    assert not checked.record.opens


def test_evaluations_on_different_problems_are_not_compared(path):
    teacher = evaluated(path, solver(name="big"), subject="teacher", problems=PROBLEMS[:3])
    student = evaluated(path, solver(name="small"), subject="student")
    with pytest.raises(UsageError, match="evaluated on different problems"):
        decide_gate(teacher, student, GateRules())


@pytest.mark.parametrize("who", ["teacher", "student"])
def test_nothing_is_decided_while_requests_of_one_side_are_refused(path, who):
    def answer(request):
        if "number 3." in request.turns[-1][1]:
            raise RequestRejected("400 no")
        return GOOD

    sides = {one: evaluated(path, solver(name=one), subject=one) for one in ("teacher", "student")}
    sides[who] = evaluated(path, ScriptedChatModel(answer, name="m"), subject=who)
    with pytest.raises(SetupError, match=rf"1 of 6 samples of the {who} m are missing.*--role {who} asks again"):
        decide_gate(sides["teacher"], sides["student"], GateRules(min_items=1))
    sides[who] = evaluated(path, solver(name="m"), subject=who)
    assert decide_gate(sides["teacher"], sides["student"], GateRules(min_items=1)).record.evidence["items"] == 6


def test_a_missing_evaluation_names_the_command(path):
    with open_context(path, solver()) as context, pytest.raises(UsageError, match=r"aiev evaluate .* --role teacher"):
        newest_evaluation(context.reader, "teacher")


def test_only_the_tests_of_self_learning_wait_for_the_teacher_to_pass_them(path):
    recipes = ("teach", "self_learn", "handmade")
    write(
        path,
        [Talk(number, run=f"r{number % 3}") for number in range(6)],
        [replace(RUN, id=f"r{at}", recipe=recipe) for at, recipe in enumerate(recipes)],
    )
    problems = [replace(problem, id=f"c{at:03}") for at, problem in enumerate(PROBLEMS)]
    for subject, solves in (("teacher", False), ("student", True)):
        evaluated(
            path, solver(name=subject, solves=lambda _, solves=solves: solves), subject=subject, problems=problems
        )
    config = load_config(assignments=["gate.min_items=1"])
    decision = asyncio.run(decide_round(config, path))
    assert {item.item for item in decision.items} == {"c000", "c002", "c003", "c005"}
    assert decision.set_aside == 2


def test_a_missing_database_is_not_made_by_a_decision(path):
    with pytest.raises(StoreError, match="no database"):
        asyncio.run(decide_round(load_config(), path))
    assert not path.exists()


def test_an_evaluation_is_chosen_by_the_beginning_of_its_id(path):
    first, _ = pair(path, lambda _: True, lambda _: True)
    evaluated(path, solver(name="other"), subject="teacher")
    config = load_config(assignments=["gate.min_items=1"])
    chosen = asyncio.run(decide_round(config, path, teacher=first.record.id[:6]))
    assert chosen.record.teacher_evaluation == first.record.id
    assert asyncio.run(decide_round(config, path)).record.teacher == "other"
    with pytest.raises(UsageError, match="the student is not evaluated on any test problems"):
        asyncio.run(decide_round(config, path, student="zzz"))
