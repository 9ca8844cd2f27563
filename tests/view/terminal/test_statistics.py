import pytest
from support.evidence import give
from support.terminal import shown

from aiev.store.reading.evidence import EvidenceCounts
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.runs import RunReader
from aiev.view.documents import detailed_run_documents, run_documents
from aiev.view.figures import RunFigures
from aiev.view.terminal.statistics import runs_table, statistics_view


def test_the_table_of_a_run_shows_its_figures(rows):
    text = shown(statistics_view(rows))
    assert "4 begun > 4 came to a verdict > 3 accepted > 1 accepted at the first round" in text
    assert "3 ValueError, 1 oom, 1 timeout" in text


def test_the_table_of_all_runs_shows_how_many_were_accepted(reader):
    assert "1 of 1" in shown(runs_table(run_documents(RunReader(reader.db))))


def test_evidence_is_told_for_each_run_that_has_any(path):
    with ReadOnly(path) as db:
        assert "evidence" not in shown(statistics_view(detailed_run_documents(db)))
    give(path, {"c001": "verified", "c002": "unverified", "c004": "contradicted"})
    with ReadOnly(path) as db:
        (one,) = detailed_run_documents(db)
        text = shown(statistics_view([one]))
    assert "1 of 3 accepted are verified; 1 unverified, 1 contradicted" in text
    assert "1× too few mutants are killed; 1× too few solutions agree" in text
    assert one["figures"]["evidence"] == {"contradicted": 1, "unverified": 1, "verified": 1}
    assert one["figures"]["reasons"]["independent solutions disagree"] == 1


def row(**changes):
    """A run of `detailed_run_documents` in which something is different."""
    cost = {"so_far": 1.0, "per_accepted": 0.25, "known_part": 1.0, "replies_without_price": 0}
    base = {
        "id": "r1", "model": "m", "interpreter": "docker", "statuses": {"accepted": 4, "failed": 1}, "ended": 5,
        "evidence": EvidenceCounts().as_dict(),
        "rounds_text": "1×4", "verdicts_text": "ok×4", "tokens": 80, "cost": cost, "starts": [],
        "tokens_read": {"all": 2000, "cached": 1500},
        "tokens_written": {"all": 1000, "thoughts": 250},
        "figures": RunFigures().as_dict(),
    }  # fmt: skip
    return base | changes


def cells(**changes):
    return shown(runs_table([row(**changes)])).splitlines()[1]


def test_the_share_is_of_the_dialogues_that_ended():
    assert "4 of 5" in cells()
    assert "80%" in cells()


def test_a_run_in_which_nothing_has_ended_has_no_share_and_no_figures():
    text = shown(statistics_view([row(statuses={"running": 2}, ended=0)]))
    assert "0 of 0" in text
    assert "%" not in text
    assert "funnel" not in text


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        ({}, "$1.00, $0.25 each"),
        ({"per_accepted": None}, "$1.00"),
        ({"so_far": None, "known_part": 0.5}, "$0.5 and unknown"),
        ({"so_far": None, "known_part": 0.0}, "unknown"),
        ({"so_far": 0.0, "per_accepted": 0.0}, "$0.00, $0.00 each"),
    ],
)
def test_a_cost_never_takes_what_is_unknown_for_nothing(cost, words):
    assert words in cells(cost=row()["cost"] | cost)
    assert ("unknown" in cells(cost=row()["cost"] | cost)) == ("unknown" in words)


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ([], "-"),
        ([{"outcome": "done", "reason": ""}], "done"),
        ([{"outcome": "limit", "reason": "max_cost"}, {"outcome": "failed", "reason": "older"}], "limit: max_cost"),
    ],
)
def test_the_newest_start_tells_how_the_run_ended(starts, words):
    found = cells(starts=starts)
    assert found.rstrip().endswith(words)
    assert "older" not in found


def test_of_many_names_the_first_are_listed_and_the_others_counted():
    figures = RunFigures().as_dict() | {"errors": {f"E{number}": 20 - number for number in range(11)}}
    text = shown(statistics_view([row(figures=figures)]))
    assert "13 E7 and 3 more" in text
    assert "E8" not in text


def test_tokens_of_thoughts_are_told_where_there_are_any():
    assert "250 tokens, 25% of those written" in shown(statistics_view([row()]))
    assert "thoughts" not in shown(statistics_view([row(tokens_written={"all": 9, "thoughts": 0})]))


def test_figures_that_are_empty_have_no_line():
    text = shown(statistics_view([row()]))
    assert "funnel" in text
    for name in ("libraries", "errors", "labels", "median length", "distinct n-grams"):
        assert name not in text


def test_names_that_a_model_wrote_steer_nothing():
    figures = RunFigures().as_dict() | {"errors": {"E\x1b[31m": 1}, "libraries": {"[bold]x": 1}}
    text = shown(statistics_view([row(model="m\x1b]0;x\x07", figures=figures)]))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]x" in text
