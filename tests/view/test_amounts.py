from collections import Counter

import pytest

from aiev.view.amounts import histogram, money, span, tokens_read


@pytest.mark.parametrize(("seconds", "text"), [(7, "7 s"), (65, "1 min 05 s"), (3720, "1 h 02 min")])
def test_spans_are_written_for_people(seconds, text):
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0, "$0.00"), (12.3, "$12.30"), (1234.5, "$1,234.50"), (0.0421, "$0.042"), (0.00001234, "$1.2e-05")],
)
def test_small_amounts_keep_the_digits_that_count(dollars, text):
    assert money(dollars) == text


def test_a_histogram_is_in_the_order_of_its_names():
    assert histogram(Counter({"ok": 5, "error": 3})) == "error×3  ok×5"
    assert histogram(Counter()) == ""


def test_the_share_of_cached_tokens_is_told_where_tokens_were_read():
    assert tokens_read(11365, 7125) == "11,365 read, 63% of them from the cache"
    assert tokens_read(0, 0) == "0 read"
