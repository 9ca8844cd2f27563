"""Questions asked through a provider's batch API, at a share of the price: submitted, polled, collected.

A dialogue's question needs nothing but its seed, so all of a run's questions can go out together; `aiev teach` finds
their replies in the journal. Invariants: a batch is in the store before it is sent and tells the provider its id, so
that after a kill at any moment the same command finds it again; a reply is in the journal before its request counts as
answered; a run whose questions wait in a batch asks none of them anew. Not covered: replies that depend on others.
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiev.batch.requests import Asked, questions, request_of
from aiev.errors import AievError, ConfigError
from aiev.run.identity import run_id
from aiev.run.journal import JournaledModel
from aiev.run.prices import Prices
from aiev.run.progress import Progress
from aiev.setup.errors import as_setup_errors
from aiev.setup.model import endpoint
from aiev.store.clock import now
from aiev.store.reading.batches import BatchReader
from aiev.store.reading.journal import JournalReader
from aiev.store.records import BatchRecord, BatchRequestRecord
from aiev.store.writing.store import Store
from aiev_agents.clients.batch import FINAL, BatchModel, BatchResult

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path

    from aiev.batch.settings import BatchSettings
    from aiev.config.layers import Config
    from aiev.store.records import SeedRecord
    from aiev_agents.clients.batch import BatchState
    from aiev_agents.messages import ChatReply, ChatRequest

ENDED = frozenset({"collected", "failed"})
"""Statuses of a batch that nothing more is to be done for."""
_AT_ONCE = 256
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission came to."""

    run_id: str
    batches: tuple[BatchRecord, ...]
    """New ones, and those that an earlier start had prepared but not seen accepted."""
    known: int
    """Questions that the journal has already, or that are in a batch."""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"run": self.run_id, "known": self.known, "batches": [asdict(batch) for batch in self.batches]}


async def submit_questions(config: Config, seeds: Sequence[SeedRecord], db: Path) -> Submitted:
    """Send the questions of the seeds that have none yet.

    Raises:
        ConfigError: the model is behind no endpoint that could have a batch API.
        SetupError: the provider refuses or does not answer; the same command again goes on.
    """
    if config.settings.model.backend != "openai" or not config.settings.model.base_url:
        raise ConfigError(
            "batches need a provider's batch API: set model.backend to openai and model.base_url to its address"
        )
    run = run_id(config)
    async with _opened(config, db) as work:
        sent = [await work.resume(batch) for batch in work.reader.batches(run) if batch.status == "prepared"]
        asked, known = await questions(config.settings, seeds, run, work.reader.db)
        sent += [await work.send(await work.prepare(run, chunk)) for chunk in work.chunks(asked)]
    return Submitted(run, tuple(sent), known)


async def look(config: Config, db: Path) -> list[BatchRecord]:
    """Ask the provider about every batch that has not ended, and return all.

    Raises:
        SetupError: the provider refuses or does not answer.
    """
    async with _opened(config, db) as work:
        return [await work.refreshed(batch) for batch in work.reader.batches()]


async def cancel(config: Config, db: Path) -> list[BatchRecord]:
    """Ask the provider to end every batch that has not; what it answered already can still be collected."""
    async with _opened(config, db) as work:
        return [await work.cancelled(batch) for batch in work.reader.batches()]


async def collect(
    config: Config, db: Path, *, wait: bool = False, told: Callable[[list[BatchRecord]], None] = lambda _: None
) -> list[BatchRecord]:
    """Put the replies of the batches that have ended into the journal, and return all batches.

    Args:
        config: prices, and how often to look.
        db: the database.
        wait: go on until none is left that the provider works on.
        told: called with all batches after each look.

    Raises:
        SetupError: the provider refuses or does not answer; the same command again goes on.
    """
    async with _opened(config, db) as work:
        while True:
            batches = [await work.collected(batch) for batch in work.reader.batches()]
            told(batches)
            if not wait or all(batch.status in {*ENDED, "prepared"} for batch in batches):
                return batches
            await asyncio.sleep(config.settings.batch.poll_seconds)


@asynccontextmanager
async def working(config: Config, store: Store, reader: BatchReader) -> AsyncIterator[BatchWork]:
    """Clients for the providers that turn up, closed at the end; their errors are ours."""
    work = BatchWork(config, store, reader)
    try:
        with as_setup_errors():
            yield work
    finally:
        await work.close()


@asynccontextmanager
async def _opened(config: Config, db: Path) -> AsyncIterator[BatchWork]:
    """The store, a reader, and clients for the providers that turn up."""
    store = Store.open(db, full_sync=config.settings.store.full_sync)
    try:
        with BatchReader.open(db) as reader:
            async with working(config, store, reader) as work:
                yield work
    finally:
        await asyncio.to_thread(store.close)


class BatchWork:
    """The steps of a batch's life; each leaves the store as the next start needs it."""

    def __init__(self, config: Config, store: Store, reader: BatchReader) -> None:
        self.reader = reader
        self._store = store
        self._config = config
        self._settings: BatchSettings = config.settings.batch
        self._models: dict[tuple[str, str], BatchModel] = {}

    async def close(self) -> None:
        """Close the clients of all providers."""
        for model in self._models.values():
            await model.close()

    def chunks(self, asked: Sequence[Asked]) -> Iterator[list[Asked]]:
        """As many requests as one batch takes, by number and by size."""
        model = self._model(self._config.settings.model.base_url, self._config.settings.model.api_key_env)
        chunk: list[Asked] = []
        size = 0
        for each in asked:
            (line,) = model.lines([each.request])
            if chunk and (
                len(chunk) >= self._settings.max_requests or size + len(line) > self._settings.max_mib * _MIB
            ):
                yield chunk
                chunk, size = [], 0
            chunk.append(each)
            size += len(line)
        if chunk:
            yield chunk

    async def prepare(self, run: str, asked: Sequence[Asked]) -> BatchRecord:
        """Write down what is going to be sent."""
        model = self._config.settings.model
        batch = BatchRecord(
            id=uuid.uuid4().hex[:16],
            run_id=run,
            base_url=model.base_url,
            model=model.name,
            created_at=now(),
            key_env=model.api_key_env,
            status="prepared",
            requests=len(asked),
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
            for each in asked
        ]
        await self._store.add_batch(batch, rows)
        return batch

    async def send(self, batch: BatchRecord) -> BatchRecord:
        """Upload the requests, unless they are there, and ask for them to be answered."""
        model = self._of(batch)
        if not batch.input_file:
            requests = [request_of(row.request) for row in self.reader.batch_requests(batch.id)]
            batch = await self._kept(replace(batch, input_file=await model.upload(list(model.lines(requests)))))
        provider_id = await model.submit(batch.input_file, token=batch.id, window=self._settings.window)
        return await self._kept(replace(batch, provider_id=provider_id, status="validating"))

    async def resume(self, batch: BatchRecord) -> BatchRecord:
        """Go on with a batch of which nobody knows whether it arrived."""
        found = await self.found(batch)
        return found if found.provider_id else await self.send(batch)

    async def found(self, batch: BatchRecord) -> BatchRecord:
        """Look for a prepared batch at the provider."""
        since = datetime.fromisoformat(batch.created_at).timestamp()
        provider_id = await self._of(batch).find(batch.id, since=since)
        return await self._kept(replace(batch, provider_id=provider_id, status="validating")) if provider_id else batch

    async def refreshed(self, batch: BatchRecord) -> BatchRecord:
        """What the provider says of a batch now."""
        if batch.status in ENDED:
            return batch
        if not batch.provider_id:
            batch = await self.found(batch)
        return await self._told(batch, await self._of(batch).poll(batch.provider_id)) if batch.provider_id else batch

    async def cancelled(self, batch: BatchRecord) -> BatchRecord:
        """Ask for its end; one that never arrived ends here."""
        batch = await self.refreshed(batch)
        if batch.status == "prepared":
            waiting = self.reader.batch_requests(batch.id)
            await self._store.end_batch_requests(batch.id, {row.hash: "cancelled" for row in waiting})
            return await self._kept(replace(batch, status="failed", failed=len(waiting), detail="never sent"))
        if batch.status in ENDED or batch.status in FINAL:
            return batch
        return await self._told(batch, await self._of(batch).cancel(batch.provider_id))

    async def collected(self, batch: BatchRecord) -> BatchRecord:
        """Look at a batch; when the provider has ended it, put its replies into the journal."""
        if batch.status in ENDED:
            return batch
        batch = await self.refreshed(batch)
        return await self._taken(batch) if batch.status in FINAL else batch

    async def _taken(self, batch: BatchRecord) -> BatchRecord:
        model = self._of(batch)
        state = await model.poll(batch.provider_id)
        waiting = {row.hash: row for row in self.reader.batch_requests(batch.id)}
        group: list[BatchResult] = []
        answered = {result.key: result async for result in model.results(state) if result.key in waiting}
        for result in answered.values():
            group.append(result)
            if len(group) == _AT_ONCE:
                await self._journal(batch, group, waiting)
                group = []
        why = f"not answered: the batch {state.status}" + (f" ({state.detail})" if state.detail else "")
        group += [BatchResult(key, error=why) for key in waiting if key not in answered]
        await self._journal(batch, group, waiting)
        return await self._ended(batch, state)

    async def _journal(
        self, batch: BatchRecord, results: Sequence[BatchResult], waiting: dict[str, BatchRequestRecord]
    ) -> None:
        """Write replies into the journal, and only then that they came."""
        await asyncio.gather(
            *(self._replied(batch, waiting[result.key], result.reply) for result in results if result.reply is not None)
        )
        await self._store.end_batch_requests(batch.id, {result.key: result.error for result in results})

    async def _replied(self, batch: BatchRecord, row: BatchRequestRecord, reply: ChatReply) -> None:
        """Put one reply into the journal, by the way that every reply takes."""
        journaled = JournaledModel(
            _Answered(row.request["model"], reply),
            store=self._store,
            journal=JournalReader(self.reader.db),
            conversation_id=row.conversation_id,
            progress=Progress(total=0),
            prices=self._prices(batch),
        )
        await journaled.chat(request_of(row.request))

    async def _ended(self, batch: BatchRecord, state: BatchState) -> BatchRecord:
        failed = len(self.reader.batch_requests(batch.id, "failed"))
        return await self._kept(
            replace(
                batch,
                status="failed" if state.status == "failed" else "collected",
                answered=batch.requests - failed,
                failed=failed,
                detail=state.detail or ("" if state.status == "completed" else state.status),
            )
        )

    async def _told(self, batch: BatchRecord, state: BatchState) -> BatchRecord:
        said = replace(
            batch,
            status=state.status,
            answered=state.answered,
            failed=state.failed,
            detail=state.detail or batch.detail,
        )
        return await self._kept(said)

    async def _kept(self, batch: BatchRecord) -> BatchRecord:
        batch = replace(batch, updated_at=now())
        await self._store.update_batch(batch)
        return batch

    def _prices(self, batch: BatchRecord) -> Prices:
        """Prices of the batch's provider and model, whatever the configuration says now."""
        changed = {"backend": "openai", "base_url": batch.base_url, "name": batch.model}
        model = self._config.settings.model.model_copy(update=changed)
        return Prices(model, share=self._settings.price_share)

    def _of(self, batch: BatchRecord) -> BatchModel:
        return self._model(batch.base_url, batch.key_env)

    def _model(self, base_url: str, key_env: str) -> BatchModel:
        """The client of a provider; a batch knows its own, whatever the configuration says now."""
        if (base_url, key_env) not in self._models:
            settings = self._config.settings
            model = settings.model.model_copy(update={"base_url": base_url, "api_key_env": key_env})
            self._models[base_url, key_env] = BatchModel(endpoint(settings.model_copy(update={"model": model})))
        return self._models[base_url, key_env]


class _Answered:
    """A chat model whose one reply has come already."""

    def __init__(self, name: str, reply: ChatReply) -> None:
        self.name = name
        self._reply = reply

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Give the reply."""
        if request.model != self.name:
            raise AievError(f"a reply of {self.name} cannot answer for {request.model}")
        return self._reply

    async def close(self) -> None:
        """Nothing to give back."""
