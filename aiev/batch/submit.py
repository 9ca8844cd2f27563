"""Sends questions to a provider's batch API, at a share of the live price.

A dialogue's question (or its first answer, where problems are given) needs nothing but its seed, so all of a run can go
out together; `aiev teach` finds their replies in the journal. Invariants: a batch is in the store before it is sent,
and carries its id to the provider, so that after a kill at any moment the same command finds it again; no request is in
two batches. Not covered: requests that depend on replies.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from aiev.batch.requests import pending_questions, request_of
from aiev.batch.session import BatchSession, open_session
from aiev.errors import ConfigError
from aiev.run.identity import run_id
from aiev.run.lease import held, lease_of_run
from aiev.store.clock import now
from aiev.store.records import BatchRecord, BatchRequestRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiev.batch.requests import PendingRequest
    from aiev.config.layers import Config
    from aiev.store.records import SeedRecord

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Submission:
    """The result of one `submit_questions`."""

    run_id: str
    batches: tuple[BatchRecord, ...]
    """New ones, and those that an earlier start prepared without seeing them accepted."""
    known: int
    """Questions that are answered or in an earlier batch."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"run": self.run_id, "known": self.known, "batches": [asdict(batch) for batch in self.batches]}


async def submit_questions(config: Config, seeds: Sequence[SeedRecord], db: Path) -> Submission:
    """Send the questions of the seeds that have neither a reply nor a batch.

    Raises:
        ConfigError: the model is not behind an endpoint, which alone can have a batch API.
        SetupError: the provider refuses or does not answer; the same command resumes.
        LeaseError: another process is at this run.
    """
    if config.settings.model.backend != "openai" or not config.settings.model.base_url:
        raise ConfigError(
            "batches need a provider's batch API: set model.backend to openai and model.base_url to its address"
        )
    run = run_id(config)
    async with open_session(config, db) as session, held(session.store, lease_of_run(run)):
        sent = await resume_prepared(session, run)
        pending, known = await pending_questions(config.settings, seeds, run, session.reader.db)
        sent += await send_requests(session, run, pending)
    return Submission(run, tuple(sent), known)


async def resume_prepared(session: BatchSession, owner: str) -> list[BatchRecord]:
    """Send the prepared batches of a run that did not reach the provider, and return all that were prepared."""
    prepared = [batch for batch in session.reader.batches(owner) if batch.status == "prepared"]
    found = [await session.find(batch) for batch in prepared]
    return [batch if batch.provider_id else await _send(session, batch) for batch in found]


async def send_requests(session: BatchSession, owner: str, pending: Sequence[PendingRequest]) -> list[BatchRecord]:
    """Send requests in as few batches as the provider takes.

    Args:
        session: the model of its configuration answers.
        owner: stored with the batches: the id of a run, or what stands for it.
        pending: requests that are in no batch yet.
    """
    return [await _send(session, await _prepare(session, owner, chunk)) for chunk in _chunks(session, pending)]


def _chunks(session: BatchSession, pending: Sequence[PendingRequest]) -> Iterator[list[PendingRequest]]:
    """As many requests as one batch takes, by number and by size."""
    model, settings = session.config.settings.model, session.config.settings.batch
    client = session.client(model.base_url, model.api_key_env)
    chunk: list[PendingRequest] = []
    size = 0
    for each in pending:
        (line,) = client.lines([each.request])
        if chunk and (len(chunk) >= settings.max_requests or size + len(line) > settings.max_mib * _MIB):
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += len(line)
    if chunk:
        yield chunk


async def _prepare(session: BatchSession, owner: str, pending: Sequence[PendingRequest]) -> BatchRecord:
    """Store a batch that is about to be sent."""
    model = session.config.settings.model
    batch = BatchRecord(
        id=uuid.uuid4().hex[:16],
        run_id=owner,
        base_url=model.base_url,
        model=model.name,
        created_at=now(),
        key_env=model.api_key_env,
        status="prepared",
        requests=len(pending),
        updated_at=now(),
    )
    rows = [
        BatchRequestRecord(
            batch_id=batch.id,
            hash=each.request.hash,
            conversation_id=each.conversation_id,
            purpose=each.request.purpose,
            request=each.request.canonical(),
        )
        for each in pending
    ]
    await session.store.add_batch(batch, rows)
    return batch


async def _send(session: BatchSession, batch: BatchRecord) -> BatchRecord:
    """Upload the requests, unless the provider has them, and ask for the replies."""
    client = session.client_of(batch)
    if not batch.input_file:
        requests = [request_of(row.request) for row in session.reader.batch_requests(batch.id)]
        batch = await session.save(replace(batch, input_file=await client.upload(list(client.lines(requests)))))
    window = session.config.settings.batch.window
    provider_id = await client.submit(batch.input_file, token=batch.id, window=window)
    return await session.save(replace(batch, provider_id=provider_id, status="validating"))
