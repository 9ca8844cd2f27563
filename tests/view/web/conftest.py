"""A real server process over a real database, and a real browser where there is one."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from support import conversations

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    """Names are found in any case."""
    text: str


@dataclass(frozen=True)
class Site:
    """A running `aiev serve`."""

    db: Path
    url: str
    errors: Path

    @property
    def base(self):
        return self.url.split("/?")[0]

    @property
    def token(self):
        return parse_qs(urlsplit(self.url).query)["token"][0]

    def get(self, path, *, token=True, data=None, **headers):
        """Ask as a program does, with the token unless told otherwise."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.base + path, headers=sent, data=data)  # noqa: S310 - our own server
        try:
            with _OPENER.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read().decode())


@contextmanager
def serving(db, errors):
    """Run `aiev serve` in a process of its own until the block ends."""
    command = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')", "serve", str(db)]
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [*command, "--port", "0", "--json"], stdout=subprocess.PIPE, stderr=stderr, text=True
        )
        try:
            printed = ""
            while not printed.endswith("}\n"):
                line = process.stdout.readline()
                assert line, errors.read_text()
                printed += line
            yield Site(db, json.loads(printed)["url"], errors)
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()


@pytest.fixture(scope="session")
def talks_db(tmp_path_factory):
    path = tmp_path_factory.mktemp("talks") / "talks.db"
    conversations.make(path)
    return path


@pytest.fixture(scope="session")
def site(talks_db):
    """One server for the tests that change nothing."""
    pytest.importorskip("datasette", reason="the extra datasette is not installed")
    with serving(talks_db, talks_db.with_name("errors.txt")) as running:
        yield running


@pytest.fixture
def own_site(talks_db, tmp_path):
    """A server over a copy, for a test that changes something."""
    pytest.importorskip("datasette", reason="the extra datasette is not installed")
    shutil.copy(talks_db, tmp_path / "talks.db")
    with serving(tmp_path / "talks.db", tmp_path / "errors.txt") as running:
        yield running


@pytest.fixture(scope="module")
def chromium(talks_db):
    """A browser for one module: no other may find its event loop running."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        required = "chromium" in os.environ.get("AIEV_REQUIRE_BACKENDS", "").split(",")
        (pytest.fail if required else pytest.skip)("chromium is not here: apt-get install chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(chromium, running, **options):
    """A page that has entered; a script that fails or is refused fails the test."""
    context = chromium.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    page.goto(running.url)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def page(chromium, site):
    with opened(chromium, site) as shown:
        yield shown


@pytest.fixture
def own_page(chromium, own_site):
    with opened(chromium, own_site) as shown:
        yield shown
