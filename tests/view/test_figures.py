"""What `aiev stats` counts, on databases written through the store."""

from aiev.store.reading.dialogues import DialogueReader, Money
from aiev.store.writing.connection import open_database
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
