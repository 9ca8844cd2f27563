"""What the pages say, asked for as a program asks."""

import asyncio
import csv
import io
import json
import time
from dataclasses import replace

import pytest
from support import conversations
from support.evidence import give

from aiev.store.records import ConversationRecord, SeedRecord
from aiev.store.writing.store import Store


def test_the_overview_counts_links_and_draws(site):
    text = site.get("/").text
    for part in (
        "<strong>62</strong> conversations",
        "<strong>61</strong> accepted",
        "98% of those that ended",
        "/conversations?status=discarded",
        'aria-label="Dialogues by the rounds that they took, accepted and discarded"',
        "TypeError",
        "model-one",
    ):
        assert part in text, part


def test_the_overview_of_a_run_links_within_it(site):
    text = site.get("/?run=run1").text
    assert "/conversations?status=accepted&amp;run=run1" in text
    assert "seeds in the file" not in text
    assert "<strong>62</strong>" in site.get("/?run=nonsense").text


def test_the_list_is_narrowed_by_facets_and_words_together(site):
    text = site.get("/conversations?verdict=error&status=accepted").text
    assert "<strong data-count>1</strong> of 62" in text
    assert "repaired?status=accepted&amp;verdict=error" in text
    assert "<strong data-count>60</strong> of 62" in site.get("/conversations?q=pangolin").text
    assert "No conversation passes this filter." in site.get("/conversations?package=pandas").text
    assert "<strong data-count>1</strong> of 62" in site.get("/conversations?package=numpy").text


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=99999999999999999999", "status=%00", "q=%ff%22*", "rounds=1e9", "nonsense=1"],
)
def test_an_address_that_means_nothing_is_no_error(site, query):
    assert site.get(f"/conversations?{query}").status == 200


def test_pages_of_the_list_follow_each_other(site):
    first, second = site.get("/conversations").text, site.get("/conversations?page=2").text
    assert "page 1 of 2" in first
    assert 'href="/conversations?page=2"' in first
    assert "plain003" in second
    assert "plain003" not in first


def test_a_conversation_shows_where_everything_comes_from(site):
    text = site.get("/conversations/repaired?status=accepted").text
    for part in (
        "Questioner", "Programmer", "Interpreter", "in the loss", "What the repair changed", "lib/a.py:1", "MIT",
        "sha256:" + "a" * 64, "c" * 12, "programmer/solve", "11 in, 7 out", "temperature",
        "TypeError", "numpy", "1 of 61: status accepted", "tokens read", "not recorded",
    ):  # fmt: skip
        assert part in text, part
    assert '<span class="line removed">-    return 3 * r\n</span>' in text


def test_a_conversation_is_found_by_the_beginning_of_its_id(site):
    assert "area of a circle" in site.get("/conversations/rep").text
    answer = site.get("/conversations/plain")
    assert answer.status == 404
    assert "several conversations begin with" in answer.text


def test_neighbours_are_those_of_the_filter(site):
    text = site.get("/conversations/plain030?q=pangolin").text
    assert 'href="/conversations/plain031?q=pangolin" rel="prev"' in text
    assert 'href="/conversations/plain029?q=pangolin" rel="next"' in text


def test_json_has_everything_uncut(site):
    data = json.loads(site.get("/conversations/hostile.json").text)
    assert data["messages"][2]["content"] == conversations.LONG
    assert data["seed"]["source"].startswith(conversations.SCRIPT)


def test_a_message_alone_is_plain_text_in_full(site):
    answer = site.get("/conversations/hostile/messages/2.txt")
    assert answer.text == conversations.LONG
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path", ["/conversations/hostile", "/conversations", "/", "/conversations?q=%3Cscript%3E", "/?run=%3Cscript%3E"]
)
def test_what_models_write_is_text_everywhere(site, path):
    text = site.get(path).text
    assert "<script>window" not in text
    assert "<img" not in text
    assert "\x1b" not in text
    assert "\x07" not in text
    assert len(text) < 3_000_000


def test_an_excerpt_of_hostile_text_is_text_with_its_words_marked(site):
    text = site.get("/conversations?q=owned+onerror").text
    assert "<mark>owned</mark>" in text
    assert "&lt;img src=x <mark>onerror</mark>" in text
    assert "\x02" not in text
    assert "\x1b" not in text


def test_jsonl_has_the_filters_conversations_with_their_messages(site):
    answer = site.get("/conversations.jsonl?q=pangolin")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["id"] for row in rows] == [f"plain{number:03}" for number in range(59, -1, -1)]
    assert rows[0]["messages"][1]["content"] == "answer 59 pangolin"
    assert 'filename="conversations.jsonl"' in answer.headers["content-disposition"]


def test_csv_has_a_heading_and_no_cell_that_a_spreadsheet_would_run(site):
    rows = list(csv.reader(io.StringIO(site.get("/conversations.csv?verdict=error").text)))
    assert rows[0][0] == "id"
    assert {row[0] for row in rows[1:]} == {"repaired", "hostile"}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_label_is_kept_with_its_note_and_filters_at_once(own_site):
    sent = b"label=reject&note=wrong+unit"
    answer = own_site.get("/conversations/repaired/label?q=circle", data=sent, Sec_Fetch_Site="same-origin")
    assert (answer.status, answer.headers["Location"]) == (303, "/conversations/repaired?q=circle")
    assert "wrong unit" in own_site.get("/conversations/repaired").text
    assert "<strong data-count>1</strong>" in own_site.get("/conversations?label=reject").text
    own_site.get("/conversations/repaired/label", data=b"label=")
    assert "No conversation passes" in own_site.get("/conversations?label=reject").text


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("/conversations/repaired/label", b"label=perhaps", "no label"),
        ("/conversations/nobody/label", b"label=flag", "no conversation"),
        ("/conversations/repaired/label", b"label=flag&note=" + b"x" * 20_000, "too long"),
    ],
)
def test_a_label_that_cannot_be_is_refused_with_a_reason(own_site, path, data, words):
    answer = own_site.get(path, data=data)
    assert answer.status == 400
    assert words in answer.text


def test_evidence_that_is_gathered_later_shows_on_the_page_and_in_its_json(own_site):
    assert "mark-" not in own_site.get("/conversations/plain001").text
    assert json.loads(own_site.get("/conversations/plain001.json").text)["evidence"] is None
    give(own_site.db, {"plain001": "unverified"})
    text = own_site.get("/conversations/plain001").text
    assert '<span class="mark mark-unverified">unverified</span>' in text
    for part in ("too few mutants are killed", "the arbiter says 4, 4, 9: changed", "problem: names no function"):
        assert part in text, part
    found = json.loads(own_site.get("/conversations/plain001.json").text)["evidence"]
    assert (found["status"], len(found["tests"])) == ("unverified", 3)


def test_downloads_have_the_evidence_of_each_conversation(site):
    (row,) = csv.DictReader(io.StringIO(site.get("/conversations.csv?evidence=verified").text))
    assert (row["id"], row["evidence"]) == ("repaired", "verified")
    assert row["sentence"].startswith("verified: 9 of 10 mutants killed")


def test_a_label_needs_a_post(site):
    assert site.get("/conversations/repaired/label").status == 405


def test_a_run_that_is_writing_is_followed(own_site):
    async def grow(store):
        await store.add_seeds([SeedRecord("seed-new", "snippet", "go", "x", "new.go:1", None)])
        talk = ConversationRecord("newcomer", "run1", "seed-new", "running", started_at="2026-06-01", problem="Fresh.")
        await store.start_conversation(talk)
        await store.finish_conversation(replace(talk, status="failed", reason="no"))

    before = json.loads(own_site.get("/live.json").text)
    with Store.open(own_site.db) as store:
        asyncio.run(grow(store))
        deadline = time.monotonic() + 30
        while (now := json.loads(own_site.get("/live.json").text))["generation"] == before["generation"]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert (now["total"], now["statuses"]["failed"]) == (63, 1)
    assert "Fresh." in own_site.get("/conversations?language=go").text
