"""Decisions of the gate between two evaluations: scripted models and interpreter, real store."""

import asyncio

import pytest
from support.evaluations import PROBLEMS, evaluated, open_context, solver

from aiev.errors import UsageError
from aiev.student.comparison import GateRules, Reason
from aiev.student.gate import decide_gate, gate_rules, newest_evaluation, store_decision


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


def test_a_missing_evaluation_names_the_command(path):
    with open_context(path, solver()) as context, pytest.raises(UsageError, match=r"aiev evaluate .* --role teacher"):
        newest_evaluation(context.reader, "teacher")
