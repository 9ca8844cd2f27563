from support.terminal import shown

from aiev.store.student_records import GateItemRecord, GateRecord
from aiev.view.terminal.gates import gate_view

EVIDENCE = {
    "items": 3, "student_only": 2, "teacher_only": 1, "alike": 0, "teacher_pass_at_1": 0.25, "student_pass_at_1": 0.5,
    "p_value": 0.5, "p_value_two_sided": 1.0, "difference": 0.25, "low": -0.1, "high": 0.6,
}  # fmt: skip
RULES = {"rule": "paired", "alpha": 0.05, "min_items": 20, "confidence": 0.95}
ITEMS = [
    GateItemRecord("g", "one", 0, 2, 2, 2),
    GateItemRecord("g", "two", 2, 2, 1, 2),
    GateItemRecord("g", "three", 1, 1, 2, 2),
]


def gate(**evidence):
    return GateRecord(
        "g", 1, "big", "small \x07", "e1", "e2", True, "", "The student wins.", EVIDENCE | evidence, RULES, ""
    )  # fmt: skip


def test_a_decision_shows_its_evidence_and_who_solved_what():
    text = shown(gate_view(gate(), ITEMS))
    assert "The student wins." in text
    assert "small \\x07: 0.500 pass@1" in text
    assert "3: 2 for the student, 1 for the teacher, 0 alike" in text
    assert "+0.250 [-0.100, +0.600] (95%, bootstrap over problems)" in text
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.split()}
    assert rows["one"] == ["0/2", "2/2", "student"]
    assert rows["two"] == ["2/2", "1/2", "teacher"]
    assert rows["three"] == ["1/1", "2/2"]


def test_problems_that_were_set_aside_are_reported():
    assert "4 of the student's own set aside" in shown(gate_view(gate(set_aside=4), [])).replace("\n", " ")
