"""What agents and their clients have to say while they work, for whoever listens to the logger `aiev_agents`.

Invariant: a field is never a key, nor what is said in a dialogue. Without a listener nothing is written anywhere.
"""

from __future__ import annotations

import logging

_log = logging.getLogger("aiev_agents")


def tell_retry(*, model: str, tries: int, wait_seconds: float, error: str) -> None:
    """A call failed and is made again after a wait."""
    fields = {"model": model, "tries": tries, "wait_seconds": round(wait_seconds, 3), "message": error}
    _log.info("retry", extra={"fields": fields})
