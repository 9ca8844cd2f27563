"""What `aiev stats` counts, on databases written through the store."""

from support.dialogues import Talk, write

from aiev.store.reading.dialogues import DialogueReader, Money
from aiev.store.writing.connection import open_database
from aiev.view import figures as module
from aiev.view.figures import RunFigures, figures, summary


def test_every_count_is_that_of_the_dialogues(rows):
    found = rows[0]["figures"]
    assert found["funnel"] == {"begun": 4, "came to a verdict": 4, "accepted": 3, "accepted at the first round": 1}
    assert found["rounds"] == {"1": 1, "2": 1, "3": 1}
    assert found["verdicts"] == {"error": 3, "ok": 3, "oom": 1, "timeout": 1}
    assert found["errors"] == {"ValueError": 3, "oom": 1, "timeout": 1}
    assert found["labels"] == {"flag": 1, "none": 3}
    assert found["languages"] == {"python": 3, "go": 1}
    assert found["tokens"] == {"prompt": 40, "completion": 80}
    assert found["lengths"]["messages"] == {"mean": 6.0, "least": 3, "p10": 3, "p50": 6, "p90": 9, "most": 9}
    assert found["cost"] is None


def test_libraries_are_those_asked_for_and_those_imported(tmp_path, path):
    db = open_database(path)
    db.execute("update executions set requirements = '[\"NumPy>=2\"]' where conversation_id = 'c002'")
    db.execute("update conversations set program = 'import os\nfrom pandas import x' where id in ('c001', 'c002')")
    db.commit()
    db.close()
    with DialogueReader.open(path) as reader:
        assert figures(reader)["r1"].libraries == {"six": 3, "pandas": 2, "numpy": 1}


def test_what_is_said_twice_is_less_diverse():
    once, twice = RunFigures(), RunFigures()
    once.problems.add("a b c d")
    for _ in range(2):
        twice.problems.add("a b c d")
    assert once.problems.shares() == {"distinct-1": 1.0, "distinct-2": 1.0, "distinct-3": 1.0}
    assert twice.problems.shares() == {"distinct-1": 0.5, "distinct-2": 0.5, "distinct-3": 0.5}


def test_percentiles_are_values_that_occur():
    counted = RunFigures()
    for value in range(1, 101):
        counted._measure("x", value)
    assert summary(counted.lengths["x"]) == {"mean": 50.5, "least": 1, "p10": 10, "p50": 50, "p90": 90, "most": 100}


def test_cost_is_told_where_the_file_keeps_it():
    counted = RunFigures(money=Money(0.5, 10, 0))
    counted.statuses["accepted"] = 4
    assert counted.as_dict()["cost"]["dollars_per_accepted"] == 0.125
    counted.money = Money(0.5, 10, 3)
    assert counted.as_dict()["cost"] == {"dollars": 0.5, "replies": 10, "unpriced": 3, "dollars_per_accepted": None}


def with_column(path, table, column, kind, *changes):
    """Give a table a column, as a newer step of the schema does, and change rows."""
    db = open_database(path)
    if column not in db.table(table).columns_dict:
        db.execute(f"alter table {table} add column {column} {kind}")
    for change in changes:
        db.execute(change)
    db.commit()
    db.close()


def test_prices_and_classes_of_errors_are_read_from_the_file(path):
    change = "update requests set cost = 0.25, conversation_id = 'c001'"
    with_column(path, "requests", "cost", "real", change)
    change = "update executions set error_class = 'E0308' where verdict = 'error'"
    clean = "update executions set error_class = '' where verdict != 'error'"
    with_column(path, "executions", "error_class", "text not null default ''", change, clean)
    with DialogueReader.open(path) as reader:
        found = figures(reader)["r1"]
    assert found.money == Money(0.25, 1, 0)
    assert found.errors == {"E0308": 3}


def counted(tmp_path, *talks, change=""):
    """Figures of a database with these dialogues."""
    path = write(tmp_path / "counted.db", talks)
    if change:
        db = open_database(path)
        db.execute(change)
        db.commit()
        db.close()
    with DialogueReader.open(path) as reader:
        return figures(reader)["r1"]


def test_a_dialogue_that_is_running_was_begun_and_counts_nowhere_else(tmp_path):
    found = counted(tmp_path, Talk(1), Talk(2), change="update conversations set status = 'running' where id = 'c002'")
    assert found.funnel() == {
        "begun": 2, "came to a verdict": 1, "accepted": 1, "accepted at the first round": 1,
    }  # fmt: skip
    assert found.as_dict()["labels"] == {"none": 1}


def test_a_dialogue_that_failed_came_to_no_verdict(tmp_path):
    found = counted(tmp_path, Talk(1), Talk(2), change="update conversations set status = 'failed' where id = 'c002'")
    assert found.funnel()["begun"] == 2
    assert found.funnel()["came to a verdict"] == 1


def test_only_python_programs_are_searched_for_imports(tmp_path):
    code = "import numpy\nfrom solution import f\n  import os, sys\nfrom ..near import x\nimportant = 1"
    clean = "update executions set requirements = '[]'"
    assert counted(tmp_path, Talk(1, code=code), change=clean).libraries == {"numpy": 1}
    assert counted(tmp_path, Talk(2, code=code, language="go"), change=clean).libraries == {"numpy": 1}


def test_a_requirement_that_is_none_names_no_library(tmp_path):
    change = """update executions set requirements = '["not a name!", "Six", "six>=1", ""]'"""
    assert counted(tmp_path, Talk(1, ("error", "ok"), code="x"), change=change).libraries == {"six": 1}


def test_diversity_is_measured_on_a_sample(monkeypatch):
    monkeypatch.setattr(module, "DIVERSITY_SAMPLE", 2)
    found = RunFigures()
    for text in ("a b", "a b", "c d e f g"):
        found.problems.add(text)
    assert found.problems.taken == 2
    assert found.problems.shares() == {"distinct-1": 0.5, "distinct-2": 0.5}


def test_texts_without_words_have_no_diversity():
    found = RunFigures()
    found.problems.add("")
    assert found.problems.shares() == {}


def test_one_value_is_all_its_percentiles():
    found = RunFigures()
    found._measure("x", 7)
    assert set(summary(found.lengths["x"]).values()) == {7}


def test_lengths_of_programs_are_those_of_accepted_dialogues(tmp_path):
    found = counted(tmp_path, Talk(1, code="a\nb\nc"), Talk(2, ("error",), code="a"))
    assert found.as_dict()["lengths"]["program, lines"]["mean"] == 3
    assert found.lengths["messages"].total() == 2


def test_names_are_sorted_by_their_counts_and_rounds_by_their_number(tmp_path):
    talks = [Talk(1, ("error", "ok")), Talk(2, ("timeout", "error", "ok")), Talk(3), Talk(4)]
    found = counted(tmp_path, *talks).as_dict()
    assert list(found["verdicts"]) == ["ok", "error", "timeout"]
    assert list(found["rounds"]) == ["1", "2", "3"]
