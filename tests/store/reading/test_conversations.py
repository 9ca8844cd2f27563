import asyncio
from dataclasses import replace

import pytest
from store.sample_records import REQUEST, SEED, TALK

from aiev.errors import UsageError
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.listing import Filters
from aiev.store.writing.store import Store


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(), 1),
        (Filters(status="accepted"), 1),
        (Filters(status="failed"), 0),
        (Filters(verdict="ok"), 1),
        (Filters(verdict="oom"), 0),
        (Filters(run="r"), 1),
        (Filters(run="x"), 0),
        (Filters(min_rounds=2), 0),
        (Filters(text="sort list"), 1),
        (Filters(text="sort nothing"), 0),
        (Filters(text='" OR 1=1 --'), 0),
        (Filters(text="NEAR( * ^"), 0),
        (Filters(run="%"), 0),
        (Filters(max_rounds=1), 1),
        (Filters(language="python"), 1),
        (Filters(language="rust"), 0),
        (Filters(model="m"), 1),
        (Filters(model="%"), 0),
        (Filters(offset=1), 0),
        (Filters(text="sort\0list"), 1),
        (Filters(text="content:sort OR list"), 0),
        (Filters(text='"'), 0),
        (Filters(text="\ud800"), 0),
    ],
)
def test_filters_find_what_they_say(filled, filters, count):
    with ConversationReader.open(filled) as reader:
        assert len(reader.conversations(filters)) == count


def test_an_id_that_is_missing_or_ambiguous_is_a_usage_error(filled):
    with Store.open(filled) as store:
        asyncio.run(store.add_seeds([replace(SEED, id="s2")]))
        asyncio.run(store.start_conversation(replace(TALK, id="c2", seed_id="s2")))
    with ConversationReader.open(filled) as reader:
        with pytest.raises(UsageError, match="no conversation begins with 'z'"):
            reader.conversation("z")
        with pytest.raises(UsageError, match="c1, c2"):
            reader.conversation("c")


def test_an_id_that_no_database_can_hold_is_a_usage_error_too(filled):
    with ConversationReader.open(filled) as reader, pytest.raises(UsageError, match="no conversation"):
        reader.conversation("c1\udcff")


def test_paging_goes_through_the_list_once(filled):
    with Store.open(filled) as store:
        asyncio.run(store.add_seeds([replace(SEED, id=f"t{n}") for n in range(5)]))
        for n in range(5):
            asyncio.run(store.start_conversation(replace(TALK, id=f"d{n}", seed_id=f"t{n}")))
    with ConversationReader.open(filled) as reader:
        pages = [reader.conversations(Filters(limit=2, offset=offset)) for offset in range(0, 8, 2)]
        assert [row.id for page in pages for row in page] == ["c1", "d0", "d1", "d2", "d3", "d4"]


def test_paid_replies_are_listed_by_conversation(filled):
    with ConversationReader.open(filled) as reader:
        assert reader.requests("c1") == [REQUEST]
        assert reader.requests("c2") == []
