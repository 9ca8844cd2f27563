"""An open database and the clients of its providers: what every step of a batch works with.

Invariant: each step leaves the store as the next start needs it. A batch knows its own provider, whatever the
configuration says by now.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from aiev.run.lease import watched
from aiev.setup.errors import as_setup_errors
from aiev.setup.model import endpoint
from aiev.store.clock import now
from aiev.store.reading.batches import BatchReader
from aiev.store.writing.store import Store
from aiev_agents.clients.batch import BatchModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.store.records import BatchRecord

ENDED = frozenset({"collected", "failed"})
"""Statuses of a batch that needs nothing more."""


@dataclass(frozen=True, slots=True)
class BatchSession:
    """Configuration, database, and a client for each provider."""

    config: Config
    store: Store
    reader: BatchReader
    _clients: dict[tuple[str, str], BatchModel] = field(default_factory=dict)

    def client(self, base_url: str, key_env: str) -> BatchModel:
        """The client of a provider, opened once."""
        if (base_url, key_env) not in self._clients:
            settings = self.config.settings
            model = settings.model.model_copy(update={"base_url": base_url, "api_key_env": key_env})
            self._clients[base_url, key_env] = BatchModel(endpoint(settings.model_copy(update={"model": model})))
        return self._clients[base_url, key_env]

    def client_of(self, batch: BatchRecord) -> BatchModel:
        """The client of a batch's provider."""
        return self.client(batch.base_url, batch.key_env)

    async def save(self, batch: BatchRecord) -> BatchRecord:
        """Store a changed batch."""
        batch = replace(batch, updated_at=now())
        await self.store.update_batch(batch)
        return batch

    async def find(self, batch: BatchRecord) -> BatchRecord:
        """Look for a prepared batch at its provider: a kill may have come before its id was stored."""
        since = datetime.fromisoformat(batch.created_at).timestamp()
        provider_id = await self.client_of(batch).find(batch.id, since=since)
        return await self.save(replace(batch, provider_id=provider_id, status="validating")) if provider_id else batch

    async def close(self) -> None:
        """Close the clients of all providers."""
        for client in self._clients.values():
            await client.close()


@asynccontextmanager
async def open_session(config: Config, db: Path) -> AsyncIterator[BatchSession]:
    """A session on a database, which is made when there is none. Raises what `batch_session` raises."""
    store = Store.open(db, full_sync=config.settings.store.full_sync)
    try:
        with BatchReader.open(db) as reader:
            async with watched(store), batch_session(config, store, reader) as session:
                yield session
    finally:
        await asyncio.to_thread(store.close)


@asynccontextmanager
async def batch_session(config: Config, store: Store, reader: BatchReader) -> AsyncIterator[BatchSession]:
    """A session on an open database.

    Raises:
        SetupError: a provider refuses or does not answer.
    """
    session = BatchSession(config, store, reader)
    try:
        with as_setup_errors():
            yield session
    finally:
        await session.close()
