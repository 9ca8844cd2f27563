import pytest

from aiev.view.web.selection import Selection


def test_an_address_and_its_selection_are_one_another():
    selection = Selection.from_query({"status": "accepted", "rounds": "2", "q": " a  b ", "page": "3", "x": "y"})
    assert selection.wanted == {"status": "accepted", "rounds": "2"}
    assert selection.query(page=selection.page) == "?status=accepted&rounds=2&q=a+b&page=3"
    assert Selection.from_query({}).query() == ""


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 12, "٣"])
def test_a_page_that_cannot_be_is_the_first(page):
    assert Selection.from_query({"page": page}).page == 1


def test_another_facet_begins_at_the_first_page_and_an_empty_one_goes():
    selection = Selection.from_query({"status": "failed", "page": "4", "q": "x"})
    assert selection.with_facet("run", "r1").query() == "?status=failed&run=r1&q=x"
    assert selection.with_facet("status", "").query() == "?q=x"
    assert selection.without_text().query() == "?status=failed"


def test_a_selection_is_words_and_options():
    selection = Selection.from_query({"error_class": "KeyError", "rounds": "2", "q": "binary search"})
    assert selection.words() == "rounds 2, error class KeyError, “binary search”"
    assert Selection().words() == "all"
    inspect = ["--min-rounds", "2", "--max-rounds", "2", "--error-class", "KeyError", "--search", "binary search"]
    assert selection.options() == inspect


@pytest.mark.parametrize(
    ("query", "options", "without"),
    [
        ({"status": "accepted"}, [], []),
        ({"status": "discarded"}, ["--failures"], []),
        ({"status": "running"}, [], ["status"]),
        ({"split": "held"}, [], ["split"]),
        ({"split": "test", "stage": "teach"}, ["--stage", "teach", "--split", "test"], []),
        ({"evidence": "verified"}, ["--evidence", "verified"], []),
        ({"evidence": "none", "status": "accepted"}, ["--evidence", "none"], []),
        ({"evidence": "unverified", "status": "discarded"}, ["--evidence", "unverified"], ["status"]),
        ({"package": "numpy", "q": "x"}, [], ["package", "search"]),
    ],
)
def test_an_export_has_options_for_most_facets_and_names_the_others(query, options, without):
    assert Selection.from_query(query).export_options() == (options, without)
