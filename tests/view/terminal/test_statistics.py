from support.terminal import shown

from aiev.store.reading.runs import RunReader
from aiev.view.documents import run_documents
from aiev.view.terminal.statistics import runs_table, statistics_view


def test_the_table_of_a_run_shows_its_figures(rows):
    text = shown(statistics_view(rows))
    assert "4 begun > 4 came to a verdict > 3 accepted > 1 accepted at the first round" in text
    assert "3 ValueError, 1 oom, 1 timeout" in text


def test_the_table_of_all_runs_shows_how_many_were_accepted(reader):
    assert "1 of 1" in shown(runs_table(run_documents(RunReader(reader.db))))
