"""What headers say about waits and limits."""

from datetime import UTC, datetime

import pytest

from aiev_agents.clients.rate_headers import Allowance, allowance, retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_the_wait_that_an_endpoint_asks_for_is_read_in_all_its_forms(headers, seconds):
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (("60", "59", "1s"), Allowance(60, 59, 1)),
        (("150000", "149984", "6m0s"), Allowance(150000, 149984, 360)),
        (("60", "0", "20ms"), Allowance(60, 0, 0.02)),
        (("60", "70", "12"), Allowance(60, 60, 12)),
        (("60", "1", "2026-11-21T12:00:05Z"), Allowance(60, 1, 5)),
        (("60", "1", "never"), None),
        (("0", "0", "1s"), None),
        (("60", "x", "1s"), None),
        (("60", "59", "0s"), None),
    ],
)
@pytest.mark.parametrize("names", ["x-ratelimit-{}-requests", "anthropic-ratelimit-requests-{}"])
def test_limits_are_read_from_both_families_of_headers(headers, told, names):
    sent = dict(zip((names.format(part) for part in ("limit", "remaining", "reset")), headers, strict=True))
    assert allowance(sent, "requests", NOW) == told
    assert allowance(sent, "tokens", NOW) is None


@pytest.mark.parametrize(
    ("told", "per_second"),
    [
        (Allowance(60, 30, 30), 1.0),
        (Allowance(14400, 14370, 180), 14370 / 180),
        (Allowance(60, 0, 60), 1.0),
        (Allowance(60, 59, 60), 59 / 60),
        (Allowance(10000, 100, 86400), 9900 / 86400 + (100 / 600 - 9900 / 86400)),
    ],
)
def test_the_rate_fits_a_bucket_that_refills_and_a_window(told, per_second):
    assert told.per_second == pytest.approx(per_second)
