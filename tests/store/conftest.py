"""A path for a database, and a database with one conversation in it."""

import asyncio
from dataclasses import replace

import pytest
from store.sample_records import REQUEST, ROUND, RUN, SEED, TALK

from aiev.store.records import MessageRecord
from aiev.store.writing.store import Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


@pytest.fixture
def filled(path):
    """A database with one conversation."""

    async def fill(store):
        await store.add_run(RUN)
        await store.add_seeds([SEED])
        await store.start_conversation(TALK)
        for position, (role, text) in enumerate(
            [("user", "Sort a list"), ("assistant", "sorted()"), ("interpreter", "fine")]
        ):
            await store.add_message("c1", MessageRecord(position, role, text, train=False))
        await store.add_execution("c1", ROUND)
        await store.add_request(REQUEST)
        await store.finish_conversation(replace(TALK, status="accepted", rounds=1), train=[1])

    with Store.open(path) as store:
        asyncio.run(fill(store))
    return path
