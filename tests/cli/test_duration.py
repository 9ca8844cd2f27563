import click
import pytest

from aiev.cli.duration import DURATION


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("1.5h", 5400), ("1 D", 86400), ("45", 45), (2.5, 2.5)]
)
def test_a_time_span_is_in_seconds(text, seconds):
    assert DURATION.convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "0", "soon", "5 weeks", "-3s"])
def test_what_is_no_time_span_says_how_to_write_one(text):
    with pytest.raises(click.BadParameter, match="90s, 30m, 2h or 1d"):
        DURATION.convert(text, None, None)
