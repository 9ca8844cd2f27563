import pytest
from support.command_line import assert_one_line


@pytest.mark.parametrize("command", [("evaluate",), ("gate",), ("train", "--student", "x")])
def test_a_missing_database_is_one_line_and_is_not_made(aiev, tmp_path, command):
    assert_one_line(aiev(command[0], "none.db", *command[1:]), 1, "no database none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_database_without_dialogues_has_nothing_to_evaluate(aiev, database):
    assert_one_line(aiev("gate", database), 2, "aiev evaluate")


def test_a_benchmark_that_nobody_knows_is_one_line(aiev):
    done = aiev("eval", "--benchmark", "nonsense")
    assert_one_line(done, 2, "nonsense")


def test_a_role_that_nobody_plays_is_a_usage_error(aiev, database):
    assert aiev("evaluate", database, "--role", "judge").exit_code == 2


def test_training_data_that_cannot_be_read_is_one_line_before_anything_is_paid(aiev):
    done = aiev("eval", "--benchmark", "humaneval", "--trained-on", "none.jsonl")
    assert done.exit_code == 2
    assert "none.jsonl" in done.stderr
