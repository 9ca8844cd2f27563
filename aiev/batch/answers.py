"""Has requests answered by a provider's batch API and waits for the replies, which end up in the journal.

Invariants: the caller then makes the same requests and finds every reply by its hash; a start after a kill resumes the
batches that are under way, and no request is in two of them. Not covered: closing the sandbox while the provider takes
its time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiev.batch.collect import collect_batch
from aiev.batch.session import ENDED, batch_session
from aiev.batch.submit import resume_prepared, send_requests
from aiev.errors import SetupError
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.journal import JournalReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.batch.requests import PendingRequest
    from aiev.config.layers import Config
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.writing.store import Store


async def answer_by_batch(
    config: Config, store: Store, db: ReadOnly, owner: str, pending: Sequence[PendingRequest]
) -> None:
    """Send requests as batches, wait for them, and leave the replies in the journal.

    A request that failed in an answered batch is left for a live call: a second batch would fail for the same reason.

    Args:
        config: of the model; section `batch` has the seconds between two polls.
        store: of the database.
        db: the same database.
        owner: stored with the batches, in place of a run's id.
        pending: all requests; those in the journal or in a batch are skipped.

    Raises:
        SetupError: the provider refuses, does not answer, or cannot read a batch; the same command resumes.
    """
    reader, journal = BatchReader(db), JournalReader(db)
    async with batch_session(config, store, reader) as session:
        await resume_prepared(session, owner)
        earlier = {batch.id for batch in reader.batches(owner) if batch.status == "failed"}
        known = reader.waiting_hashes(owner) | _failed_hashes(reader, owner)
        missing = [one for one in pending if one.request.hash not in known and not journal.reply_for(one.request.hash)]
        await send_requests(session, owner, missing)
        while [one for one in reader.batches(owner) if (await collect_batch(session, one)).status not in ENDED]:  # noqa: ASYNC110
            await asyncio.sleep(config.settings.batch.poll_seconds)  # a provider notifies nobody
        for batch in reader.batches(owner):
            if batch.status == "failed" and batch.id not in earlier:
                raise SetupError(f"batch {batch.id} failed: {batch.detail}; set gate.batch to false to ask live")


def _failed_hashes(reader: BatchReader, owner: str) -> set[str]:
    """Hashes of requests that failed in a batch which was answered."""
    done = [batch for batch in reader.batches(owner) if batch.status == "collected"]
    return {row.hash for batch in done for row in reader.batch_requests(batch.id, "failed")}
