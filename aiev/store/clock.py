"""The time as the store keeps it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache


def now() -> str:
    """UTC, ISO 8601, milliseconds."""
    seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
    return f"{_whole(seconds)}.{milliseconds:03}+00:00"


@lru_cache(1)
def _whole(seconds: int) -> str:
    """Written once a second: a busy run asks thousands of times."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
