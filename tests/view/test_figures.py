"""What `aiev stats` counts, draws and writes, on databases written through the store."""

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from dataset.builder import Talk, write
from store.sample_records import RUN

from aiev.errors import SetupError, UsageError
from aiev.store.reading.dialogues import DialogueReader, Money
from aiev.store.writing.connection import open_database
from aiev.view.details import detailed_json, details
from aiev.view.figures import RunFigures, figures, summary
from aiev.view.plots import draw_plots
from aiev.view.report import paid, render_report, write_report

TALKS = (
    Talk(1, label="flag"),
    Talk(2, ("error", "ok"), install="pip install NumPy"),
    Talk(3, ("timeout", "error", "ok"), language="go"),
    Talk(4, ("error", "oom")),
)


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "d.db", TALKS)


@pytest.fixture
def rows(path):
    with DialogueReader(path) as reader:
        return detailed_json(reader)


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
    with DialogueReader(path) as reader:
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


@pytest.mark.parametrize(
    ("dollars", "unpriced", "said"),
    [
        (0.5, 0, "0.5000 US dollars, 0.1250 an accepted dialogue"),
        (0.5, 3, "0.5000 US dollars for 7 replies; 3 more have no known price"),
        (0.0, 10, "cost unknown"),
    ],
)
def test_a_cost_in_words_never_takes_what_is_unknown_for_nothing(dollars, unpriced, said):
    counted = RunFigures(money=Money(dollars, 10, unpriced))
    counted.statuses["accepted"] = 4
    assert said in paid(counted.as_dict()["cost"])
    assert paid(None) == "cost not recorded"


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
    with DialogueReader(path) as reader:
        found = figures(reader)["r1"]
    assert found.money == Money(0.25, 1, 0)
    assert found.errors == {"E0308": 3}


def test_the_table_of_a_run_shows_its_figures(rows, capsys):
    from rich.console import Console

    Console(width=160).print(details(rows))
    shown = capsys.readouterr().out
    assert "4 begun > 4 came to a verdict > 3 accepted > 1 accepted at the first round" in shown
    assert "3 ValueError, 1 oom, 1 timeout" in shown


def test_a_database_without_dialogues_has_figures_too(tmp_path):
    with DialogueReader(write(tmp_path / "e.db", [])) as reader:
        rows = detailed_json(reader)
    assert rows[0]["figures"]["funnel"]["begun"] == 0
    assert "<h2>" in render_report(rows)


class Texts(HTMLParser):
    """Counts tags; a page that loads or runs something has some of these."""

    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onload", "onerror"}


def test_the_report_is_one_page_that_loads_nothing(tmp_path, rows):
    write_report(rows, tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text()
    page = Texts()
    page.feed(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "default-src 'none'" in text
    assert re.search(r"<td>ValueError</td>.*?<td class=\"number\">3</td>", text)
    assert not list(tmp_path.glob("*.partial"))


def test_hostile_names_are_text_in_the_report(tmp_path):
    run = replace(RUN, model="<script>alert(1)</script>")
    with DialogueReader(write(tmp_path / "h.db", [Talk(1, language="<b>")], [run])) as reader:
        text = render_report(detailed_json(reader))
    assert "<script>" not in text
    assert "&lt;b&gt;" in text


def test_a_report_that_cannot_be_written_is_one_line(tmp_path, rows):
    with pytest.raises(UsageError, match="name another file with --html"):
        write_report(rows, tmp_path / "none" / "r.html")


def test_plots_are_drawn_as_png_and_svg(tmp_path, rows):
    pytest.importorskip("matplotlib", reason="needs the extra plots")
    paths = draw_plots(rows, tmp_path / "first")
    assert {path.name for path in paths} >= {"r1-funnel.png", "r1-funnel.svg", "r1-verdicts.svg", "r1-errors.png"}
    draw_plots(rows, tmp_path / "again")
    for path in paths:
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml")
        assert data == (tmp_path / "again" / path.name).read_bytes()
    assert "ValueError" in (tmp_path / "first/r1-errors.svg").read_text()


def test_a_missing_extra_is_one_line(tmp_path, rows, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match=r"pip install 'aiev\[plots\]'"):
        draw_plots(rows, tmp_path / "plots")
