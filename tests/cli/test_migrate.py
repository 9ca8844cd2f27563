import json
import sqlite3

import pytest
from support.command_line import assert_one_line


@pytest.mark.parametrize("command", ["inspect", "stats"])
def test_looking_at_a_database_of_an_older_aiev_changes_nothing_and_names_the_command_that_does(aiev, older, command):
    before = older.read_bytes()
    assert_one_line(aiev(command, older), 1, "older aiev (without m008_browsing)", f"`aiev migrate {older}`")
    assert older.read_bytes() == before


def test_migrate_brings_an_older_database_up_for_those_that_look_at_it(aiev, older):
    done = aiev("migrate", older, "--json")
    assert json.loads(done.stdout)["steps"] == ["m008_browsing", "m009_decontamination"]
    filters = ("--error-class", "TypeError", "--package", "numpy", "--language", "python")
    done = aiev("inspect", older, "--json", *filters)
    assert [row["id"] for row in json.loads(done.stdout)] == ["repaired"]
    assert "already" in aiev("migrate", older).stdout


def test_what_only_others_read_may_be_missing(aiev, talks):
    with sqlite3.connect(talks) as db:
        db.execute("drop table decontaminations")
        db.execute("delete from _sqlite_migrations where name = 'm009_decontamination'")
    db.close()
    assert aiev("stats", talks, "--json").exit_code == 0


def test_migrate_makes_nothing_and_says_what_is_no_database(aiev, tmp_path):
    assert_one_line(aiev("migrate", "none.db"), 1, "no database none.db")
    (tmp_path / "notes.db").write_text("hello " * 1000)
    assert_one_line(aiev("migrate", tmp_path / "notes.db"), 1, "not a database")
