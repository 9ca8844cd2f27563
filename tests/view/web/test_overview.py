"""The first page's figures, without a server."""

import asyncio
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import replace

import pytest
from store.sample_records import RUN, SEED
from support.dialogues import Talk, write
from support.evidence import give

from aiev.store.reading.facets import FacetIndex
from aiev.store.reading.read_only import ReadOnly
from aiev.store.student_records import EvaluationRecord, GateRecord
from aiev.store.writing.connection import open_database
from aiev.store.writing.store import Store
from aiev.store.writing.student import StudentStore
from aiev.view.web.overview import overview

TALKS = (
    Talk(1),
    Talk(2, ("error", "ok")),
    Talk(3, ("error", "error")),
    Talk(4, ("malformed", "malformed")),
    Talk(5, run="r2"),
)
EVALUATION = EvaluationRecord("e1", "teacher", "", 1, "m", "h", 1, 1, {}, "docker", "sha256:1", "")
RUNS = (RUN, replace(RUN, id="r2", model="n", started_at="2026-01-02"))


@pytest.fixture
def page(tmp_path):
    """The context of the first page of a database with these dialogues."""

    def show(talks=TALKS, run="", *changes, gates=()):
        path = write(tmp_path / "o.db", talks, RUNS)
        with closing(open_database(path)) as db:
            for change in changes:
                db.execute(change)
            db.commit()
        with StudentStore.open(path) as store:
            for gate in gates:
                asyncio.run(store.write_evaluation(EVALUATION))
                asyncio.run(store.add_gate(gate, []))
        with ReadOnly(path) as db:
            with db.connection() as connection:
                connection.execute("begin")
                index = FacetIndex(connection)
                connection.execute("rollback")
            return overview(db, index, run)

    return show


def funnel(found):
    return {step.name: step.count for step in found["funnel"]}


def test_an_empty_database_has_a_page_of_nothing(page):
    found = page(())
    assert (found["total"], found["accepted_share"], found["rounds"], found["spent"]) == (0, None, None, None)
    assert funnel(found) == {
        "seeds in the file": 0, "dialogues begun": 0, "a program ran": 0, "accepted": 0, "accepted in round 1": 0,
    }  # fmt: skip
    assert found["verdicts"] == found["error_classes"] == []
    assert [run["share"] for run in found["runs"]] == [None, None]
    assert found["gates"] == {"names": found["gates"]["names"], "rows": [], "picture": None}


def test_the_funnel_leads_from_seeds_to_the_first_round(page, tmp_path):
    found = page()
    assert funnel(found) == {
        "seeds in the file": 5, "dialogues begun": 5, "a program ran": 4, "accepted": 3, "accepted in round 1": 2,
    }  # fmt: skip
    assert [step.of_previous for step in found["funnel"]] == [None, 1.0, 0.8, 0.75, 2 / 3]
    assert [step.link for step in found["funnel"]][3:] == [
        "/conversations?status=accepted",
        "/conversations?status=accepted&rounds=1",
    ]


def test_seeds_without_a_dialogue_are_counted_for_the_whole_file_alone(page, tmp_path):
    with Store.open(tmp_path / "o.db") as store:
        asyncio.run(store.add_seeds([replace(SEED, id="s-unused", content="unused")]))
    assert funnel(page())["seeds in the file"] == 6
    assert "seeds in the file" not in funnel(page((), "r2"))


def test_a_run_is_shown_with_its_own_dialogues_and_links(page):
    found = page(TALKS, "r2")
    assert (found["run"], found["total"], funnel(found)["accepted"]) == ("r2", 1, 1)
    assert {each["name"]: each["count"] for each in found["statuses"]}["discarded"] == 0
    assert all("run=r2" in each["link"] for each in found["statuses"])
    assert [(step.name, step.count) for step in found["verdicts"]] == [("ok", 1)]


def test_a_run_that_is_not_there_shows_all(page):
    found = page(TALKS, "nowhere")
    assert (found["run"], found["total"]) == ("", 5)


def test_the_share_of_accepted_leaves_out_what_is_running(page):
    found = page(TALKS, "", "update conversations set status = 'running' where id = 'c003'")
    assert found["accepted_share"] == 3 / 4
    assert {run["id"]: run["share"] for run in found["runs"]} == {"r1": 2 / 3, "r2": 1.0}


def test_verdicts_are_summed_over_runs_the_most_frequent_first(page):
    found = page()
    assert [(step.name, step.count, step.share) for step in found["verdicts"]] == [
        ("error", 3, 1.0), ("ok", 3, 1.0), ("malformed", 2, 2 / 3),
    ]  # fmt: skip
    assert found["error_classes"][0].link == "/conversations?error_class=ValueError"


def test_evidence_is_drawn_where_there_is_any_and_links_to_its_dialogues(page, tmp_path):
    assert page()["evidence"] == page((), "")["reasons"] == []
    give(tmp_path / "o.db", {"c001": "verified", "c002": "unverified", "c003": "contradicted"})
    found = page(())
    assert [(step.name, step.count, step.link) for step in found["evidence"]] == [
        ("verified", 1, "/conversations?evidence=verified"),
        ("unverified", 1, "/conversations?evidence=unverified"),
        ("contradicted", 1, "/conversations?evidence=contradicted"),
        ("accepted without evidence", 1, "/conversations?status=accepted&evidence=none"),
    ]
    assert found["verified"] == 1
    assert [(step.name, step.count) for step in found["reasons"]] == [
        ("independent solutions disagree", 1), ("too few mutants are killed", 1), ("too few solutions agree", 1),
    ]  # fmt: skip
    assert page((), "r2")["evidence"] == page((), "r2")["reasons"] == []


def test_tokens_are_shown_where_no_price_is_known_and_dollars_where_one_is(page):
    assert page()["spent"]["heading"] == "Tokens written"
    found = page((), "", "update conversations set cost = 0.5 where id in ('c001', 'c003')")["spent"]
    assert (found["heading"], found["unpriced"]) == ("Money spent", 3)


def test_a_run_has_its_cost_and_tokens_for_each_accepted_dialogue(page):
    found = {run["id"]: run for run in page(TALKS, "", "update conversations set cost = 0.5")["runs"]}
    assert (found["r1"]["cost"], found["r1"]["cost_each"]) == (2.0, 1.0)
    assert (found["r1"]["completion_tokens"], found["r1"]["tokens_each"]) == (80, 40)
    unpriced = {run["id"]: run for run in page((), "", "update conversations set cost = null")["runs"]}
    assert (unpriced["r1"]["cost"], unpriced["r1"]["cost_each"]) == (None, None)


def test_a_run_without_an_accepted_dialogue_divides_by_nothing(page):
    found = {run["id"]: run for run in page((Talk(3, ("error",)),))["runs"]}
    assert (found["r1"]["share"], found["r1"]["tokens_each"], found["r1"]["cost_each"]) == (0.0, None, None)


def test_names_that_a_model_wrote_steer_nothing(page):
    found = page(TALKS, "", "update runs set model = 'm' || char(27) || '[31m'")
    assert found["runs"][0]["model"] == "m\\x1b[31m"


def test_decisions_of_the_gate_are_rows_and_a_picture_the_oldest_first(page):
    scores = [{"teacher_pass_at_1": 0.5, "student_pass_at_1": share} for share in (0.25, 0.75)]
    gates = [
        GateRecord(
            f"g{n}", n, "big", "small", "e1", "e1", n == 2, "r", f"No {n}.\x1b", shares, {}, f"2026-0{n}-01T10:00:59"
        )
        for n, shares in enumerate(scores, 1)
    ]
    found = page((), "", gates=gates)["gates"]
    assert found["rows"] == [
        ["1", "big", "small", "No 1.\\x1b", "2026-01-01 10:00"],
        ["2", "big", "small", "No 2.\\x1b", "2026-02-01 10:00"],
    ]
    assert len(found["names"]) == 5
    drawn = ET.fromstring(str(found["picture"]))  # noqa: S314 - our own
    heights = [float(dot.get("cy")) for dot in drawn.findall("circle")]
    assert heights[0] == heights[1]
    assert heights[2] > heights[0] > heights[3]


def test_a_decision_without_scores_is_a_row_all_the_same(page):
    gate = GateRecord("g", 1, "big", "small", "e1", "e1", False, "r", "Too few.", {}, {}, "2026-01-01")
    found = page((), "", gates=[gate])["gates"]
    assert found["rows"][0][3] == "Too few."
    assert "<circle" not in str(found["picture"])
