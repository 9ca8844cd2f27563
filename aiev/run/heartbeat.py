"""Heartbeats: the progress of a run, written into the store every second for `aiev status`.

Invariants: a heartbeat that cannot be written never fails a run; unless a run is killed, its last heartbeat says how
it ended. Not covered: how to interpret them (`status.py`).
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from aiev.errors import StoreError
from aiev.run.progress import Progress
from aiev.store.clock import now
from aiev.store.records import HeartbeatRecord
from aiev_interpreter.backends import owners

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiev.store.writing.store import Store

BEAT_SECONDS = 1.0


@asynccontextmanager
async def beating(
    store: Store, run_id: str, progress: Progress, more: Callable[[], dict[str, Any]] = dict
) -> AsyncIterator[None]:
    """Write heartbeats while the body runs, and afterwards how it ended.

    Args:
        store: where to; the run's row must be there.
        run_id: the run.
        progress: its counters.
        more: returns further JSON-ready figures for each heartbeat.
    """
    first = HeartbeatRecord(
        run_id=run_id,
        started_at=now(),
        host=socket.gethostname(),
        pid=os.getpid(),
        process=owners.this_process(),
        state="running",
        beat_at="",
    )

    async def beat(state: str = "running", reason: str = "") -> None:
        said = replace(first, state=state, reason=reason, beat_at=now(), progress=snapshot(progress) | more())
        with suppress(StoreError):
            await store.beat(said)

    async def keep_beating() -> None:
        while True:
            await beat()
            await asyncio.sleep(BEAT_SECONDS)

    going = asyncio.ensure_future(keep_beating())
    ending = ("failed", "")
    try:
        yield
        ending = ("stopped" if progress.draining else "finished", str(getattr(progress, "stopped", "")))
    except asyncio.CancelledError:
        ending = ("stopped", "stopped at once")
        raise
    except Exception as error:
        ending = ("failed", str(error))
        raise
    finally:
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
        await beat(*ending)


def snapshot(progress: Progress) -> dict[str, Any]:
    """The counters as JSON-ready data; `restored` reads them."""
    values = {field.name: _plain(getattr(progress, field.name)) for field in fields(progress)}
    del values["started"]  # a monotonic time means nothing to another process
    return values | {"seconds": round(progress.seconds, 3)}


def restored(values: dict[str, Any]) -> Progress:
    """The counters of a snapshot: missing ones as at a start, unknown ones ignored."""
    progress = Progress(total=0)
    progress.started = time.monotonic() - float(values.get("seconds", 0.0))
    for field in fields(Progress):
        if field.name in values and field.name != "started":
            setattr(progress, field.name, _like(getattr(progress, field.name), values[field.name]))
    return progress


def _plain(value: Any) -> Any:
    if isinstance(value, Counter):
        return {str(name): count for name, count in value.items()}
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _like(example: Any, value: Any) -> Any:
    """A JSON value converted to the type of `example`."""
    if isinstance(example, Counter):
        return Counter({int(name) if name.isdigit() else name: count for name, count in value.items()})
    if is_dataclass(example) and not isinstance(example, type):
        known = {field.name for field in fields(example)}
        return type(example)(**{name: each for name, each in value.items() if name in known})
    return value
