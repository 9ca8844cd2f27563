"""One start of a run as a row: when it began, how it ended, and why.

Invariant: a start that was not killed says how it ended, whatever ended it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.store.clock import now
from aiev.store.records import StartRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiev.run.progress import Progress
    from aiev.store.writing.store import Store


@asynccontextmanager
async def recorded_start(store: Store, run_id: str, progress: Progress) -> AsyncIterator[None]:
    """Write that a start begins, and after the body how it ended."""
    at = now()
    identity = f"{run_id}:{at}:{os.getpid()}"
    start = StartRecord(hashlib.sha256(identity.encode()).hexdigest()[:16], run_id, at)
    await store.write_start(start)
    outcome, reason = "failed", "killed"
    try:
        yield
        outcome, reason = _outcome(progress)
    except asyncio.CancelledError:
        outcome, reason = "interrupted", "stopped at once"
        raise
    except Exception as error:
        reason = str(error)
        raise
    finally:
        await asyncio.shield(store.write_start(replace(start, ended_at=now(), outcome=outcome, reason=reason)))


def _outcome(progress: Progress) -> tuple[str, str]:
    if progress.stopped:
        return "limit", progress.stopped
    return ("interrupted", "finished what was in flight") if progress.draining else ("done", "")
