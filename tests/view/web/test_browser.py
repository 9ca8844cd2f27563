"""The pages in a real Chromium, as a person uses them. A script that fails or is refused fails its test."""

import itertools
import re
import sqlite3
import time
from contextlib import closing

import pytest
from support import conversations
from view.web.conftest import opened

pytestmark = pytest.mark.browser


def rows(page):
    return page.locator("[data-row]")


def test_the_list_is_searched_narrowed_and_opened(page):
    page.get_by_role("link", name="Conversations", exact=True).click()
    assert rows(page).count() == 50
    page.get_by_role("searchbox").fill("pangolin task_1")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("No conversation passes this filter.").wait_for()
    page.get_by_role("searchbox").fill("circle")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations?q=circle")
    assert rows(page).count() == 1
    assert page.locator("mark").all_inner_texts() == ["circle"]
    rows(page).first.click()
    page.get_by_role("heading", name="the area of a circle").wait_for()


def test_a_facet_narrows_the_list_and_a_chip_widens_it_again(page, site):
    page.goto(f"{site.base}/conversations")
    facet = page.get_by_role("complementary", name="Narrow the list")
    facet.get_by_role("link", name="discarded").click()
    page.wait_for_url("**/conversations?status=discarded")
    assert rows(page).count() == 1
    assert facet.locator("[aria-current]").inner_text().split() == ["discarded", "1"]
    page.get_by_role("list", name="Present filter").get_by_role("link", name=re.compile("status")).click()
    page.wait_for_url("**/conversations")
    assert rows(page).count() == 50


def test_a_repair_shows_what_it_changed_by_more_than_colour(page, site):
    page.goto(f"{site.base}/conversations/repaired")
    assert page.locator(".line.removed").all_inner_texts()[0].strip() == "-    return 3 * r"
    assert page.locator(".line.added").all_inner_texts()[0].strip() == "+    return 3.0 * r * r"
    removed, added = (
        page.locator(f".line.{kind}").first.evaluate("e => getComputedStyle(e).backgroundColor")
        for kind in ("removed", "added")
    )
    assert removed != added
    page.get_by_text("Raw request and reply").first.click()
    page.get_by_text("the prompt of repaired").first.wait_for()


def test_evidence_stands_at_the_top_with_its_tests_below(page, site):
    page.goto(f"{site.base}/conversations/repaired")
    evidence = page.get_by_role("region", name="Evidence", exact=True)
    assert "9 of 10 mutants killed, 4 of 4 independent solutions agree" in evidence.inner_text()
    tests = evidence.get_by_role("table")
    assert not tests.is_visible()
    evidence.get_by_text("What was measured").click()
    assert [cell.split() for cell in tests.locator("tbody tr").nth(2).locator("td").all_inner_texts()] == [
        ["assert", "f(2)", "==", "9"], ["own"], ["dropped"], ["1", "of", "5"],
    ]  # fmt: skip


def test_the_list_is_narrowed_by_evidence(page, site):
    page.goto(f"{site.base}/")
    page.get_by_role("link", name="contradicted", exact=True).click()
    page.wait_for_url("**/conversations?evidence=contradicted")
    assert rows(page).count() == 1
    assert rows(page).locator(".mark").inner_text() == "contradicted"
    facet = page.get_by_role("complementary", name="Narrow the list")
    facet.get_by_role("link", name="verified 1", exact=True).click()
    page.wait_for_url("**/conversations?evidence=verified")
    assert "--evidence verified" in page.locator(".command").last.inner_text()


def test_a_label_with_a_note_is_kept_and_found(own_page, own_site):
    own_page.goto(f"{own_site.base}/conversations/repaired?q=circle")
    own_page.get_by_label("Note").fill("π is not 3")
    own_page.get_by_role("button", name="reject").click()
    own_page.locator(".history").get_by_text("π is not 3").wait_for()
    assert own_page.url.endswith("/conversations/repaired?q=circle")
    assert own_page.get_by_role("button", name="reject").get_attribute("aria-pressed") == "true"
    own_page.goto(f"{own_site.base}/conversations?label=reject")
    assert rows(own_page).count() == 1
    with closing(sqlite3.connect(own_site.db)) as db:
        assert db.execute("select conversation_id, label, note from labels").fetchall() == [
            ("repaired", "reject", "π is not 3")
        ]


def test_the_present_filter_is_taken_away_as_json_lines(page, site):
    page.goto(f"{site.base}/conversations?verdict=error&status=accepted")
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON lines").click()
    text = download.value.path().read_text()
    assert text.count("\n") == 1
    assert '"id": "repaired"' in text
    assert (
        "aiev inspect talks.db --status accepted --verdict error --json" in page.locator(".command").first.inner_text()
    )


def test_everything_goes_by_keyboard(own_page, own_site):
    press = own_page.keyboard.press
    own_page.goto(f"{own_site.base}/conversations?q=pangolin")
    for key in "jjk":
        press(key)
    focused = own_page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == "/conversations/plain059?q=pangolin"
    press("Enter")
    own_page.wait_for_url("**/plain059?q=pangolin")
    press("n")
    own_page.wait_for_url("**/plain058?q=pangolin")
    press("a")
    own_page.locator(".history .label-accept").wait_for()
    own_page.wait_for_load_state()  # its keys are heard from then on
    press("f")
    own_page.locator(".history .label-flag").wait_for()
    own_page.wait_for_load_state()
    press("p")
    own_page.wait_for_url("**/plain059?q=pangolin")
    press("u")
    own_page.wait_for_url("**/conversations?q=pangolin")
    press("/")
    assert own_page.evaluate("document.activeElement.id") == "q"
    own_page.keyboard.type("?anj")
    assert own_page.get_by_role("searchbox").input_value() == "?anj"
    press("Escape")
    press("?")
    own_page.get_by_role("dialog").wait_for()
    press("Escape")
    assert own_page.get_by_role("dialog").count() == 0


def test_a_slash_on_another_page_leads_to_the_search(page):
    page.keyboard.press("/")
    page.wait_for_url("**/conversations#q")
    page.wait_for_function("document.activeElement.id === 'q'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_loses_nothing_and_does_not_scroll_sideways(chromium, site, scheme):
    with opened(chromium, site, viewport={"width": 400, "height": 800}, color_scheme=scheme) as page:
        for path in ("/", "/conversations", "/conversations/repaired", "/conversations/hostile"):
            page.goto(site.base + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 400, path
        page.goto(f"{site.base}/conversations")
        fold = page.get_by_text("Narrow the list")
        facet = page.locator(".facets").get_by_text("discarded")
        assert not facet.is_visible()
        fold.click()
        facet.click()
        page.wait_for_url("**status=discarded")


def test_hostile_content_is_shown_as_text(page, site):
    for path in ("/conversations/hostile", "/conversations", "/"):
        page.goto(site.base + path)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert page.evaluate("window.owned") is None
        assert page.locator("main script, main img").count() == 0
    page.goto(f"{site.base}/conversations/hostile")
    assert conversations.SCRIPT in page.locator("#turn-1").inner_text()
    assert "\\x1b[31mred" in page.locator("#turn-0").inner_text()
    page.get_by_role("link", name="The whole message, 10,000,000 characters").wait_for()
    page.get_by_text("Execution", exact=True).first.click()
    assert "characters cut]" in page.locator("#turn-2").inner_text()


def test_a_hostile_conversation_with_a_line_of_ten_megabytes_stays_small(page, site):
    page.goto(f"{site.base}/conversations/hostile")
    assert page.evaluate("document.documentElement.outerHTML.length") < 2_000_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(chromium, site, scheme):
    """Contrast of all visible words, by the formula of WCAG 2.2, at least 4.5."""
    with opened(chromium, site, color_scheme=scheme) as page:
        for path in ("/", "/conversations", "/conversations/repaired"):
            page.goto(site.base + path)
            assert page.evaluate(CONTRAST) == [], path


def test_every_control_has_a_name_and_headings_are_in_order(page, site):
    for path in ("/", "/conversations", "/conversations/repaired"):
        page.goto(site.base + path)
        nameless = page.evaluate(
            """[...document.querySelectorAll('a, button, input:not([type=hidden]), textarea')].filter(e =>
              !(e.innerText || '').trim() && !e.textContent.trim() && !e.getAttribute('aria-label')
              && !(e.labels && e.labels.length)).map(e => e.outerHTML)"""
        )
        assert nameless == []
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_what_has_the_focus_can_be_seen(page, site):
    page.goto(f"{site.base}/conversations")
    for _ in range(8):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"


def test_the_overview_follows_a_run_without_being_loaded_again(own_page, own_site):
    own_page.evaluate("window.mark = 1")
    with closing(sqlite3.connect(own_site.db)) as db, db:
        db.execute("update conversations set status = 'failed' where id like 'plain00%'")
    deadline = time.monotonic() + 30
    while "10" not in own_page.locator(".tiles .is-failed strong").inner_text():
        assert time.monotonic() < deadline
        own_page.wait_for_timeout(200)
    assert own_page.evaluate("window.mark") == 1


CONTRAST = """() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = ([r, g, b]) => {
    const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map((v) => linear(v / 255));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('svg')) continue;
    if (element.closest('.off')) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const words = walker.currentNode.data.trim().slice(0, 30);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${element.className} ${words}`);
  }
  return [...new Set(bad)];
}"""
