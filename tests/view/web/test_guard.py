"""Who gets in, and what a browser is told about what it gets."""

import http.client
import json
import sqlite3
from contextlib import closing

import pytest

PAGES = [
    "/",
    "/conversations",
    "/conversations/repaired",
    "/conversations/repaired.json",
    "/live.json",
    "/tables/messages",
]


@pytest.mark.parametrize("path", PAGES)
def test_without_the_token_nothing_is_shown(site, path):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": f"aiev_{site.base.split(':')[-1]}=wrong"}):
        answer = site.get(path, token=False, **headers)
        assert answer.status == 403
        assert "area" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_with_the_token_every_page_has_a_strict_policy(site, path):
    answer = site.get(path)
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    if not path.startswith("/tables"):
        assert "unsafe" not in policy


def test_the_printed_address_gives_a_cookie_and_leaves_the_address(site):
    answer = site.get(f"/conversations?status=accepted&token={site.token}", token=False)
    assert answer.status == 303
    assert answer.headers["location"] == "/conversations?status=accepted"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert site.get("/", token=False, Cookie=cookie.split(";")[0]).status == 200


@pytest.mark.parametrize("path", ["//evil.example/", "/%5cevil.example", "/\\evil.example"])
def test_the_way_in_leads_nowhere_else(site, path):
    connection = http.client.HTTPConnection("127.0.0.1", int(site.base.split(":")[-1]))
    with closing(connection):
        connection.request("GET", f"{path}?token={site.token}")
        where = connection.getresponse().getheader("location", "/")
    assert where.startswith("/")
    assert not where.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}", ""]
)
def test_another_host_is_refused_even_with_the_token(site, host):
    answer = site.get("/", Host=host.format(port=site.base.split(":")[-1]))
    assert answer.status == 400
    assert "loopback" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
def test_a_label_from_another_site_is_refused(site, headers):
    answer = site.get("/conversations/repaired/label", data=b"label=reject", **headers)
    assert answer.status == 403
    with closing(sqlite3.connect(site.db)) as db:
        assert db.execute("select count(*) from labels").fetchone() == (0,)


@pytest.mark.parametrize(
    "path", ["/tables/-/create", "/tables/labels/-/insert", "/tables/labels/-/drop", "/tables/-/execute-write"]
)
def test_datasettes_own_pages_cannot_write(site, path):
    body = json.dumps({"row": {"conversation_id": "repaired", "label": "flag", "note": "", "created_at": ""}}).encode()
    assert site.get(path, data=body, Content_Type="application/json").status in {403, 404, 405}
    with closing(sqlite3.connect(site.db)) as db:
        assert db.execute("select count(*) from labels").fetchone() == (0,)


@pytest.mark.parametrize(
    "sql", ["delete from labels", "insert into labels values (1,'repaired','flag','','')", "pragma user_version=7"]
)
def test_sql_from_the_address_only_reads(site, sql):
    answer = site.get(f"/tables/-/query.json?sql={sql.replace(' ', '+')}")
    assert answer.status in {400, 403}
    with closing(sqlite3.connect(site.db)) as db:
        assert db.execute("select count(*) from labels").fetchone() == (0,)
        assert db.execute("pragma user_version").fetchone() == (0,)


@pytest.mark.parametrize(
    "path", ["/-/plugins", "/-/settings.json", "/-/threads", "/-/actor.json", "/nope", "/tables.db"]
)
def test_datasettes_pages_about_itself_are_not_there(site, path):
    assert site.get(path).status in {403, 404}


def test_errors_are_one_line_and_no_secret_reaches_the_terminal(site):
    for path in (
        "/conversations/nobody",
        "/tables/nothing",
        "/tables/messages/999999",
        "/conversations/repaired/messages/99.txt",
    ):
        answer = site.get(path)
        assert answer.status == 404, path
        assert "Traceback" not in answer.text
    assert site.token not in site.errors.read_text()
    assert "Traceback" not in site.errors.read_text()
