"""What an endpoint says about its limits in the headers of an answer.

Invariant: a header that is missing or malformed says nothing; it never raises. Understood: `retry-after-ms`,
`retry-after` (seconds or a date), `x-ratelimit-*` as OpenAI and its followers send them (resets such as `6m0s`, `20ms`
or plain seconds), and `anthropic-ratelimit-*` (resets as a date).

Source: RFC 9110 section 10.2.3; OpenAI's and Anthropic's guides to rate limits.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    _Parse = Callable[[str], datetime]

_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_WHOLE_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST_SECONDS = 7 * 86400.0
_AHEAD_SECONDS = 600.0
_FAMILIES = (
    ("x-ratelimit-limit-{0}", "x-ratelimit-remaining-{0}", "x-ratelimit-reset-{0}"),
    ("anthropic-ratelimit-{0}-limit", "anthropic-ratelimit-{0}-remaining", "anthropic-ratelimit-{0}-reset"),
)
_NAMES = {
    what: tuple(tuple(name.format(what) for name in family) for family in _FAMILIES) for what in ("requests", "tokens")
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much may still be sent until a limit is full again."""

    limit: float
    remaining: float
    reset_seconds: float

    @property
    def per_second(self) -> float:
        """The rate that neither waits for what is there nor runs into the limit.

        Where the limit is a bucket that refills, `reset` tells how fast; where it is a window, what remains may be
        used until its end. The headers do not say which, and the larger of both is never far too slow. What remains of
        a day may be used sooner: when it is gone, the endpoint says so.
        """
        refill = (self.limit - self.remaining) / self.reset_seconds
        return max(refill, self.remaining / min(self.reset_seconds, _AHEAD_SECONDS))


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that the endpoint asks to wait; None when it does not say. Never negative."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    return _bounded(seconds) if seconds is not None else _until(text, now, parsedate_to_datetime)


def allowance(headers: Mapping[str, str], what: str, now: datetime | None = None) -> Allowance | None:
    """What the headers say about `requests` or `tokens`; None when they do not say it all."""
    for limit_name, remaining_name, reset_name in _NAMES[what]:
        limit = headers.get(limit_name)
        if limit is None:
            continue
        remaining, reset = headers.get(remaining_name), headers.get(reset_name)
        if remaining is None or reset is None:
            continue
        full, left, seconds = _number(limit), _number(remaining), _span(reset, now)
        if full and left is not None and seconds:
            return Allowance(full, min(left, full), seconds)
    return None


def _span(text: str, now: datetime | None) -> float | None:
    """Seconds of `1m30s`, `20ms`, `12`, or until a date."""
    if _WHOLE_SPAN.fullmatch(text):
        return _bounded(sum(float(value) * _UNITS[unit] for value, unit in _SPAN.findall(text)))
    seconds = _number(text)
    if seconds is not None:
        return _bounded(seconds)
    return _until(text, now, datetime.fromisoformat)


def _until(text: str, now: datetime | None, parse: _Parse) -> float | None:
    try:
        at = parse(text)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return _bounded((at - (now or datetime.now(UTC))).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST_SECONDS)
