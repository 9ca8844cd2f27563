import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, write

from aiev.errors import UsageError
from aiev.store.reading.dialogues import Money
from aiev.store.reading.read_only import ReadOnly
from aiev.view.documents import detailed_run_documents
from aiev.view.figures import RunFigures
from aiev.view.report.page import cost_words, render_report, write_report


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
    assert not list(tmp_path.glob(".*.part"))


def test_hostile_names_are_text_in_the_report(tmp_path):
    run = replace(RUN, model="<script>alert(1)</script>")
    with ReadOnly(write(tmp_path / "h.db", [Talk(1, language="<b>")], [run])) as db:
        text = render_report(detailed_run_documents(db))
    assert "<script>" not in text
    assert "&lt;b&gt;" in text


def test_a_report_that_cannot_be_written_is_one_line(tmp_path, rows):
    with pytest.raises(UsageError, match=r"--html .*none/r\.html: cannot write there: No such file"):
        write_report(rows, tmp_path / "none" / "r.html")


def test_a_folder_in_the_place_of_the_report_is_one_line_and_nothing_is_written(tmp_path, rows):
    (tmp_path / "pages").mkdir()
    for folder in (tmp_path / "pages", Path()):
        with pytest.raises(UsageError, match=r"--html .*: cannot write there: Is a directory"):
            write_report(rows, folder)
    assert not list(tmp_path.rglob("*.part"))


def test_a_report_takes_the_place_of_an_earlier_one(tmp_path, rows):
    (tmp_path / "r.html").write_text("earlier")
    write_report([], tmp_path / "r.html")
    first = (tmp_path / "r.html").read_text()
    assert "earlier" not in first
    write_report(rows, tmp_path / "r.html")
    assert len((tmp_path / "r.html").read_text()) > len(first)


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
    assert said in cost_words(counted.as_dict()["cost"])
    assert cost_words(None) == "cost not recorded"


def test_a_database_without_dialogues_has_figures_too(tmp_path):
    with ReadOnly(write(tmp_path / "e.db", [])) as db:
        rows = detailed_run_documents(db)
    assert rows[0]["figures"]["funnel"]["begun"] == 0
    assert "<h2>" in render_report(rows)
