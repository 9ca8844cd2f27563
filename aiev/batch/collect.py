"""Polls batches, cancels them, and moves their replies into the journal.

Invariants: a reply is in the journal before its request counts as answered, so a kill loses none; a batch ends once,
and the requests that it did not answer get the reason.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.batch.requests import request_of
from aiev.batch.session import ENDED, BatchSession, open_session
from aiev.run.journal import request_record
from aiev.run.prices import Prices
from aiev_agents.clients.batch import FINAL, BatchResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.store.records import BatchRecord, BatchRequestRecord
    from aiev_agents.clients.batch import BatchState
    from aiev_agents.messages import ChatReply

_AT_ONCE = 256
"""Replies that are written together."""


async def poll_batches(config: Config, db: Path) -> list[BatchRecord]:
    """Ask the providers about every batch that has not ended, and return all batches.

    Raises:
        SetupError: a provider refuses or does not answer.
    """
    async with open_session(config, db) as session:
        return [await _poll(session, batch) for batch in session.reader.batches()]


async def cancel_batches(config: Config, db: Path) -> list[BatchRecord]:
    """Cancel every batch that has not ended, and return all; replies made so far can still be collected.

    Raises:
        SetupError: a provider refuses or does not answer.
    """
    async with open_session(config, db) as session:
        return [await _cancel(session, batch) for batch in session.reader.batches()]


async def collect_batches(
    config: Config, db: Path, *, wait: bool = False, on_poll: Callable[[list[BatchRecord]], None] = lambda _: None
) -> list[BatchRecord]:
    """Move the replies of finished batches into the journal, and return all batches.

    Args:
        config: prices, and the seconds between two polls.
        db: the database.
        wait: poll until the providers have finished all of them.
        on_poll: called with all batches after each poll.

    Raises:
        SetupError: a provider refuses or does not answer; the same command resumes.
    """
    async with open_session(config, db) as session:
        while True:
            batches = [await collect_batch(session, batch) for batch in session.reader.batches()]
            on_poll(batches)
            if not wait or all(batch.status in {*ENDED, "prepared"} for batch in batches):
                return batches
            await asyncio.sleep(config.settings.batch.poll_seconds)


async def collect_batch(session: BatchSession, batch: BatchRecord) -> BatchRecord:
    """Poll a batch; once its provider has finished it, move its replies into the journal."""
    batch = await _poll(session, batch)
    if batch.status not in FINAL - ENDED:
        return batch
    return await _take_replies(session, batch, await session.client_of(batch).poll(batch.provider_id))


async def _poll(session: BatchSession, batch: BatchRecord) -> BatchRecord:
    if batch.status in ENDED:
        return batch
    if not batch.provider_id:
        batch = await session.find(batch)
    if not batch.provider_id:
        return batch
    return await _save_state(session, batch, await session.client_of(batch).poll(batch.provider_id))


async def _cancel(session: BatchSession, batch: BatchRecord) -> BatchRecord:
    """Cancel a batch; one that never reached the provider ends here."""
    batch = await _poll(session, batch)
    if batch.status == "prepared":
        waiting = session.reader.batch_requests(batch.id)
        await session.store.end_batch_requests(batch.id, {row.hash: "cancelled" for row in waiting})
        return await session.save(replace(batch, status="failed", failed=len(waiting), detail="never sent"))
    if batch.status in ENDED | FINAL:
        return batch
    return await _save_state(session, batch, await session.client_of(batch).cancel(batch.provider_id))


async def _save_state(session: BatchSession, batch: BatchRecord, state: BatchState) -> BatchRecord:
    """Store the provider's state; a batch that it could not read has no replies and ends here."""
    if state.status == "failed":
        return await _take_replies(session, batch, state)
    changed = replace(
        batch,
        status=state.status,
        answered=state.answered,
        failed=state.failed,
        detail=state.detail or batch.detail,
    )
    return await session.save(changed)


async def _take_replies(session: BatchSession, batch: BatchRecord, state: BatchState) -> BatchRecord:
    """Move the replies of a finished batch into the journal, and end the batch."""
    client = session.client_of(batch)
    waiting = {row.hash: row for row in session.reader.batch_requests(batch.id)}
    results = {result.key: result async for result in client.results(state) if result.key in waiting}
    why = f"not answered: the batch {state.status}" + (f" ({state.detail})" if state.detail else "")
    ended = [*results.values(), *(BatchResult(key, error=why) for key in waiting if key not in results)]
    for start in range(0, len(ended), _AT_ONCE):
        await _journal(session, batch, ended[start : start + _AT_ONCE], waiting)
    failed = len(session.reader.batch_requests(batch.id, "failed"))
    collected = replace(
        batch,
        status="failed" if state.status == "failed" else "collected",
        answered=batch.requests - failed,
        failed=failed,
        detail=state.detail or ("" if state.status == "completed" else state.status),
    )
    return await session.save(collected)


async def _journal(
    session: BatchSession, batch: BatchRecord, results: Sequence[BatchResult], waiting: dict[str, BatchRequestRecord]
) -> None:
    """Write replies into the journal, and only then end their requests."""
    prices = _prices(session, batch)
    replies = [(waiting[result.key], result.reply) for result in results if result.reply is not None]
    await asyncio.gather(*(_add_reply(session, row, reply, prices.cost(reply)) for row, reply in replies))
    await session.store.end_batch_requests(batch.id, {result.key: result.error for result in results})


async def _add_reply(session: BatchSession, row: BatchRequestRecord, reply: ChatReply, cost: float | None) -> None:
    request = request_of(row.request)
    record = request_record(request, reply, cost, row.conversation_id)
    await session.store.add_request(record, request.encoded.decode())


def _prices(session: BatchSession, batch: BatchRecord) -> Prices:
    """Prices of the batch's provider and model, whatever the configuration says by now."""
    changed = {"backend": "openai", "base_url": batch.base_url, "name": batch.model}
    settings = session.config.settings
    return Prices(settings.model.model_copy(update=changed), share=settings.batch.price_share)
