import json

from support.command_line import assert_one_line

KNOBS = ("--set", "accept.alternatives=0", "--set", "accept.suites=0", "--set", "interpreter.backend=bubblewrap")
SCRIPTED = ("--set", "model.backend=scripted", "--set", "model.script=script.json")


def test_a_missing_database_is_one_line(aiev):
    assert_one_line(aiev("verify", "none.db"), 1, "none.db")


def test_a_file_that_is_no_database_is_one_line(aiev, tmp_path):
    (tmp_path / "no.db").write_text("hello" * 1000)
    assert_one_line(aiev("verify", "no.db"), 1, "not a database")


def test_a_database_without_dialogues_that_passed_has_nothing_to_verify(aiev, tmp_path):
    scripted = ("--set", "model.backend=scripted", "--set", "model.script=script.json")
    (tmp_path / "script.json").write_text('["Write a Python function `f(x)`."]')
    aiev("teach", "--limit", "1", *scripted)
    done = aiev("verify", "aiev.db", "--json", *scripted)
    assert done.exit_code == 0, done.stderr
    assert set(json.loads(done.stdout)["statuses"].values()) == {0}
