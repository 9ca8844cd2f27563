from support.command_line import assert_one_line

KNOBS = ("--set", "accept.alternatives=0", "--set", "accept.suites=0", "--set", "interpreter.backend=bubblewrap")
SCRIPTED = ("--set", "model.backend=scripted", "--set", "model.script=script.json")


def test_a_missing_database_is_one_line(aiev):
    assert_one_line(aiev("verify", "none.db"), 2, "none.db")


def test_a_file_that_is_no_database_is_one_line(aiev, tmp_path):
    (tmp_path / "no.db").write_text("hello" * 1000)
    assert_one_line(aiev("verify", "no.db"), 1, "not a database")
