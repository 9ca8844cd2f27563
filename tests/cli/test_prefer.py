import json

import pytest

PROBLEM = "Write a function `double(x)` that takes a number and returns twice its value."
REPLY = "```python\ndef double(x):\n    return 2 * x\n```"
KNOBS = (
    *("--set", "model.backend=scripted", "--set", "model.script=script.json", "--set", "seeds.kind=problem"),
    *("--set", "interpreter.backend=bubblewrap", "--programs", "3", "--tests", "1"),
)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "script.json").write_text(json.dumps([REPLY] * 4))
    (tmp_path / "problems.jsonl").write_text(json.dumps({"problem": PROBLEM}) + "\n")


@pytest.mark.usefixtures("files")
def test_a_run_says_how_far_its_problems_came_and_the_same_command_has_nothing_to_do(aiev):
    done = aiev("prefer", "problems.jsonl", *KNOBS)
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "1 → 1 posed → 0 judged → 0 with pairs" in said
    assert "fewer than two programs" in said
    again = json.loads(aiev("prefer", "problems.jsonl", "--json", *KNOBS).stdout)
    assert (again["already_done"], again["tokens"]["written"], again["pairs"]) == (1, 0, {})
    assert again["reasons"] == {"fewer than two programs": 1}


def test_sources_and_runs_at_once_are_a_usage_error(aiev):
    done = aiev("prefer", "--from-runs", "x.jsonl", "--db", "a.db")
    assert done.exit_code == 2
    assert "leave one of them out" in done.stderr


def test_runs_of_a_file_that_is_not_there_are_refused_in_one_line(aiev):
    done = aiev("prefer", "--from-runs", "--db", "missing.db")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "missing.db" in done.stderr
