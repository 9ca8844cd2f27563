"""The time as the store keeps it, against the system's clock and another way to write it."""

from datetime import UTC, datetime, timedelta

import pytest

from aiev.store import clock


def test_the_time_is_that_of_the_clock():
    before = datetime.now(UTC)
    said = datetime.fromisoformat(clock.now())
    assert before - timedelta(milliseconds=1) <= said <= datetime.now(UTC)


@pytest.mark.parametrize("nanoseconds", [0, 1_000_000, 1_795_291_199_999_999_999, 1_795_291_200_000_000_000])
def test_it_is_written_in_utc_with_milliseconds(monkeypatch, nanoseconds):
    monkeypatch.setattr(clock.time, "time_ns", lambda: nanoseconds)
    milliseconds = timedelta(milliseconds=nanoseconds // 1_000_000)
    expected = datetime(1970, 1, 1, tzinfo=UTC) + milliseconds
    assert clock.now() == expected.isoformat(timespec="milliseconds")
