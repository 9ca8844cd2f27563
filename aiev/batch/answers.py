"""Test problems answered through a provider's batch API: sent together, waited for, left in the journal.

Invariants: what a sitting then asks for has the hashes of what was sent, so it finds every reply; a start after a kill
goes on with the batches that are on their way, and nothing is in two of them. Not covered: closing the sandbox while
the provider takes its time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiev.batch.work import ENDED, working
from aiev.errors import SetupError
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.journal import JournalReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.batch.requests import Asked
    from aiev.config.layers import Config
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.writing.store import Store


async def answered_by_batch(config: Config, store: Store, db: ReadOnly, owner: str, asked: Sequence[Asked]) -> None:
    """Have requests answered as batches, wait for them, and leave the replies in the journal.

    What failed alone in a batch is left to be asked live: its reason would meet a second batch again.

    Args:
        config: of the model; section `batch` says how often to look.
        store: where batches and replies are kept.
        db: the same database.
        owner: what the batches are kept under, in the place of a run's id.
        asked: all requests; those that are answered or on their way already may be among them.

    Raises:
        SetupError: the provider refuses, does not answer, or could not read a batch; the same command again goes on.
    """
    reader, journal = BatchReader(db), JournalReader(db)
    async with working(config, store, reader) as work:
        for batch in reader.batches(owner):
            if batch.status == "prepared":
                await work.resume(batch)
        earlier = {batch.id for batch in reader.batches(owner) if batch.status == "failed"}
        known = reader.waiting_hashes(owner) | _failed_alone(reader, owner)
        missing = [one for one in asked if one.request.hash not in known and not journal.reply_for(one.request.hash)]
        for chunk in work.chunks(missing):
            await work.send(await work.prepare(owner, chunk))
        while [one for one in reader.batches(owner) if (await work.collected(one)).status not in ENDED]:  # noqa: ASYNC110
            await asyncio.sleep(config.settings.batch.poll_seconds)  # a provider tells nobody
        for batch in reader.batches(owner):
            if batch.status == "failed" and batch.id not in earlier:
                raise SetupError(f"batch {batch.id} failed: {batch.detail}; set gate.batch to false to ask live")


def _failed_alone(reader: BatchReader, owner: str) -> set[str]:
    """Hashes of requests that failed in a batch which was answered."""
    done = [batch for batch in reader.batches(owner) if batch.status == "collected"]
    return {row.hash for batch in done for row in reader.batch_requests(batch.id, "failed")}
