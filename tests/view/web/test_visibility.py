"""No page, ours or Datasette's, holds a character that is unseen or turns the direction of writing."""

import asyncio
import json
import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, write
from view.web.conftest import serving

from aiev.view.web.visibility import VisibleHtml

BIDI = "\u202egnp\u2066.exe \x1b[31m\x07 \U000e0041\ufeff"
UNSEEN = set("\u202e\u2066\x1b\x07\U000e0041\ufeff")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("datasette", reason="the extra datasette is not installed")
    folder = tmp_path_factory.mktemp("bidi")
    run = replace(RUN, model=BIDI, image=BIDI, version=BIDI, prompts={BIDI: BIDI})
    talks = [
        Talk(number, ("error", "ok"), problem=f"{number} {BIDI}", licence=BIDI, prose=BIDI, output=BIDI, code=BIDI)
        for number in range(3)
    ]
    db = write(folder / "\u202ebd.db", talks, [run])
    with serving(db, folder / "errors.txt") as running:
        yield running


PAGES = [
    "/",
    "/?run=r1",
    "/conversations",
    "/conversations?q=gnp",
    "/conversations/c001",
    "/conversations?licence=%E2%80%AE",
    "/tables",
    "/tables/runs",
    "/tables/seeds?_facet=licence",
    "/tables/messages?_search=gnp&_facet=role",
    "/tables/messages/c001,0",
    "/tables/-/query?sql=select+licence+as+%22%E2%80%AEx%22+from+seeds",
    "/tables/-/query?sql=%E2%80%AEselect",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_what_is_unseen(site, path):
    text = site.get(path).text
    assert "<html" in text
    assert not set(text) & UNSEEN


def test_downloads_give_the_texts_as_they_are(site):
    assert "\u202e" in site.get("/conversations/c001/messages/0.txt").text
    rows = json.loads(site.get("/tables/seeds.json?_shape=array").text)
    assert rows[0]["licence"] == BIDI


def test_a_character_that_is_cut_by_two_parts_of_an_answer_is_whole_again():
    sent = []

    async def answer():
        async def send(message):
            sent.append(message)

        page = VisibleHtml(send)
        headers = [(b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Length", b"5")]
        await page({"type": "http.response.start", "status": 200, "headers": headers})
        raw = "a\u202eb é".encode()
        await page({"type": "http.response.body", "body": raw[:2], "more_body": True})
        await page({"type": "http.response.body", "body": raw[2:]})

    asyncio.run(answer())
    assert sent[0]["headers"] == [(b"content-type", b"text/html; charset=utf-8")]
    assert b"".join(part["body"] for part in sent[1:]) == "a\\u202eb é".encode()


@pytest.mark.parametrize(
    "sql",
    [
        "select hex(zeroblob(60000000))",
        "select zeroblob(30000000) from (values (1), (2), (3))",
        "select printf('%.*c', 1000000, 'x') from sqlite_master a, sqlite_master b limit 100",
        "select group_concat(printf('%.*c', 100000, 'x')) from sqlite_master a, sqlite_master b",
    ],
)
def test_a_result_that_is_too_large_is_an_error_of_the_query(site, sql):
    query = urlencode({"sql": sql})
    answer = site.get(f"/tables/-/query.json?{query}")
    assert (answer.status, json.loads(answer.text)["rows"]) == (400, [])
    assert re.search("larger than 64 MiB|too big", answer.text)
    assert len(site.get(f"/tables/-/query?{query}").text) < 100_000
    assert site.get("/tables/-/query.json?sql=select+1").status == 200
