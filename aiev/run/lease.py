"""Leases: one process at a time makes a run, in whatever database it is kept.

Invariants: a lease is taken in one transaction, so that of several processes one has it; a holder that is dead (by its
process on this machine, else by its silence) is followed, one that lives is named in a refusal; the store writes
nothing more for a process that has lost its lease (`store/writing/guard.py`), so that one which was suspended and
followed does no harm. Not covered: two copies of one file.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiev.errors import LeaseError, StoreError
from aiev.run.shielded import to_its_end
from aiev.store.clock import now
from aiev.store.reading.runs import RunReader
from aiev.store.records import LeaseRecord
from aiev_interpreter.backends import owners

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiev.store.writing.store import Store

SILENT_SECONDS = 15.0
"""A process that should write every second and has not for this long is dead, suspended or out of reach."""
LOOK_AGAIN_SECONDS = 3.0
"""How long one is watched before it is called so, since its clock may differ from ours."""
_WATCH_SECONDS = 0.25


def lease_of_run(run_id: str) -> str:
    """What the lease of a run is called."""
    return f"run {run_id}"


@asynccontextmanager
async def leased(store: Store, name: str) -> AsyncIterator[None]:
    """Hold a lease around the body, which is stopped as soon as the lease or the file is lost.

    Args:
        store: writes in the body; nothing is written once the lease is lost.
        name: what is worked on, in words.

    Raises:
        LeaseError: another process holds it.
        StoreError: the lease or the file was lost.
    """
    async with held(store, name), watched(store):
        yield


@asynccontextmanager
async def held(store: Store, name: str) -> AsyncIterator[None]:
    """Hold a lease around the body, without stopping it; raises what `leased` raises."""
    lease = _lease(name)
    try:
        await _take(store, lease)
    except asyncio.CancelledError:  # it may have been taken all the same
        await _give_up(store, lease)
        raise
    store.require_lease(lease)
    try:
        yield
    except BaseException:
        await _give_up(store, lease)
        raise
    await store.release_lease(lease)


@asynccontextmanager
async def watched(store: Store) -> AsyncIterator[None]:
    """Stop the body as soon as the store cannot write any more.

    Raises:
        StoreError: it cannot; the message is one line.
    """
    body, stopped = asyncio.current_task(), False

    async def watch() -> None:
        nonlocal stopped
        while not store.broken:  # noqa: ASYNC110 - a thread says so, not this loop
            await asyncio.sleep(_WATCH_SECONDS)
        stopped = body is not None and body.cancel()

    watching = asyncio.ensure_future(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not stopped:
            raise
    finally:
        watching.cancel()
        if stopped and body is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)  # takes the cancellation, if it has not arrived
            body.uncancel()
    if stopped:
        raise StoreError(store.broken)


async def _give_up(store: Store, lease: LeaseRecord) -> None:
    """Release a lease, whatever else went wrong."""
    with suppress(StoreError):
        await to_its_end(store.release_lease(lease))


def _lease(name: str) -> LeaseRecord:
    return LeaseRecord(
        name=name,
        holder=secrets.token_hex(8),
        process=owners.this_process(),
        host=socket.gethostname(),
        pid=os.getpid(),
        since=now(),
        beat_at=now(),
    )


async def _take(store: Store, lease: LeaseRecord) -> None:
    """Take a lease; raises LeaseError where another process holds it."""
    with RunReader.open(store.path) as reader:
        if (other := reader.lease(lease.name)) and not await _is_gone(reader, other):
            raise LeaseError(_refusal(store.path, other))
        await store.take_lease(lease, other.holder if other else "")
        winner = reader.lease(lease.name)
    if winner is None or winner.holder != lease.holder:
        raise LeaseError(_refusal(store.path, winner or lease))


async def _is_gone(reader: RunReader, lease: LeaseRecord) -> bool:
    """Whether its process is dead, or suspended or out of reach and silent for long."""
    if owners.is_dead(lease.process):
        return True
    reachable = owners.is_visible(lease.process) and not owners.is_suspended(lease.process)
    if reachable or seconds_since(lease.beat_at) <= SILENT_SECONDS:
        return False
    await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return reader.lease(lease.name) == lease


def is_alive(lease: LeaseRecord) -> bool:
    """Whether its holder is at work, as far as can be told at once."""
    silent = seconds_since(lease.beat_at) > SILENT_SECONDS
    return not owners.is_dead(lease.process) and (owners.is_visible(lease.process) or not silent)


def seconds_since(time: str) -> float:
    """Seconds between a time of the store and now; of a clock that goes ahead of ours, by how much it does."""
    return abs((datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds())


def _refusal(path: Path, lease: LeaseRecord) -> str:
    return (
        f"process {lease.pid} on {lease.host} has been at {lease.name} of {path} since {lease.since[:19]} UTC; "
        f"wait for its end or end it, then give the same command again (`aiev status {path}` shows how far it is)"
    )
