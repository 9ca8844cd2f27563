import json
from pathlib import Path

import pytest
from precision.faults import FAULTS
from precision.problems import SETS, all_problems, drawn, write_problems

ROW = {"text": "Return n.", "code": "def f(n):\r\n    return n", "task_id": 7, "test_setup_code": "import math"}


@pytest.fixture
def problems(tmp_path):
    path = tmp_path / "mbpp.jsonl"
    tests = [f"assert f({number}) == {number}" for number in range(3)]
    path.write_text("".join(json.dumps(ROW | {"task_id": number, "test_list": tests}) + "\n" for number in range(9)))
    found, missing = all_problems(path)
    assert missing == []
    return found


def test_a_problem_shows_one_assertion_and_hides_all(problems):
    (one,) = [problem for problem in problems if problem.id == "MBPP/7"]
    assert one.question == "Return n.\n\nFor example:\n\n```python\nassert f(0) == 0\n```"
    assert one.tests.split("\n") == ["import math", *(f"assert f({number}) == {number}" for number in range(3))]


def test_a_function_to_complete_is_given_as_it_stands_and_its_helpers_are_there_for_the_tests(problems):
    (one,) = [problem for problem in problems if problem.id == "HumanEval/38"]
    assert one.question.startswith("Complete this Python function.\n\n```python\n\n\ndef encode_cyclic(s: str):")
    assert "def encode_cyclic" in one.tests
    assert "def decode_cyclic" not in one.tests
    assert one.tests.endswith("check(decode_cyclic)")


def test_a_larger_draw_holds_the_smaller_one_and_no_faulty_problem(problems, monkeypatch):
    few, more = drawn(problems, 3), drawn(problems, 6)
    assert [one.id for one in more[:3]] == [one.id for one in few[:3]]
    assert [one.id.partition("/")[0] for one in more] == ["HumanEval"] * 6 + ["MBPP"] * 6
    monkeypatch.setattr("precision.problems.FAULTS", {few[0].id: "wrong"})
    assert [one.id for one in drawn(problems, 2)[:2]] == [one.id for one in few[1:3]]


def test_what_is_written_for_the_dialogues_holds_no_hidden_test(problems, tmp_path):
    write_problems(drawn(problems, 9), tmp_path / "given.jsonl")
    text = (tmp_path / "given.jsonl").read_text()
    assert {tuple(json.loads(line)) for line in text.splitlines()} == {("id", "problem")}
    assert "f(1)" not in text
    assert "candidate" not in text


def test_a_set_that_is_missing_is_named(tmp_path):
    found, missing = all_problems(tmp_path / "none.jsonl")
    assert len(found) == 164
    assert missing[0].startswith("mbpp is skipped: cannot read the problems of MBPP")


def test_every_known_fault_is_a_problem_of_its_set():
    names = {problem.id for problem in all_problems(Path("none.jsonl"))[0]}
    assert {name for name in FAULTS if name.startswith("HumanEval/")} <= names
    assert {name.partition("/")[0] for name in FAULTS} == set(SETS)
