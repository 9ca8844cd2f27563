"""Whole dialogues, as an export and the figures read them."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from store.sample_records import REQUEST, RUN
from support.dialogues import Talk, write

from aiev.store.reading import dialogues as module
from aiev.store.reading.dialogues import DialogueReader, Money
from aiev.store.records import SplitRecord
from aiev.store.writing.connection import open_database
from aiev.store.writing.labels import save_label
from aiev.store.writing.store import Store

RUNS = (RUN, replace(RUN, id="r2", model="n", config={"dialogue": {"language": "go"}}))


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "d.db", [Talk(3, ("error", "ok"), install="x"), Talk(1), Talk(2, run="r2")], RUNS)


def change(path, *statements):
    with closing(open_database(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def read(path, **options):
    with DialogueReader.open(path) as reader:
        return list(reader.dialogues(**options))


@pytest.mark.parametrize("page", [1, 2, 3, 200])
def test_dialogues_come_in_the_order_of_their_ids_whatever_the_page(path, monkeypatch, page):
    monkeypatch.setattr(module, "PAGE", page)
    found = read(path)
    assert [record.id for record in found] == ["c001", "c002", "c003"]
    assert [len(record.messages) for record in found] == [3, 3, 6]
    assert [[entry.verdict for entry in record.rounds] for record in found] == [["ok"], ["ok"], ["error", "ok"]]


def test_messages_are_left_out_where_they_are_not_asked_for(path):
    assert [(record.messages, len(record.rounds)) for record in read(path, messages=False)] == [
        ((), 1),
        ((), 1),
        ((), 2),
    ]


def test_a_dialogue_that_is_running_is_not_read_and_counts_as_begun(path):
    change(path, "update conversations set status = 'running' where id = 'c001'")
    assert [record.id for record in read(path)] == ["c002", "c003"]
    with DialogueReader.open(path) as reader:
        assert reader.begun() == {"r1": 1}


def test_a_run_with_a_target_language_gives_it_to_its_dialogues_and_not_to_their_seeds(path):
    first, second, _ = read(path)
    assert (first.language, first.seed.language) == ("python", "python")
    assert (second.language, second.seed.language, second.model) == ("go", "python", "n")


def test_rounds_keep_what_was_asked_for_and_messages_what_is_learnt(path):
    record = read(path)[2]
    assert [entry.requirements for entry in record.rounds] == [("six",), ("six",)]
    assert [(entry.round, entry.assertions) for entry in record.rounds] == [(1, 0), (2, 2)]
    assert [message.train for message in record.messages] == [False, False, False, False, True, False]


def test_the_newest_label_and_the_split_of_the_seed_count(path):
    for label in ("reject", "accept"):
        save_label(path, "c001", label, "")
    with Store.open(path) as store:
        asyncio.run(store.freeze_splits([SplitRecord("s-1", "test", "g", "python", "aiev", "2026")]))
    assert [(record.label, record.split) for record in read(path)] == [("accept", "test"), ("", ""), ("", "")]


def test_money_is_counted_by_run_and_an_unknown_price_is_not_nothing(path):
    async def fill(store):
        for number, (talk, cost) in enumerate([("c001", 0.5), ("c003", None), ("c002", 0.25)]):
            await store.add_request(replace(REQUEST, hash=f"m{number}", conversation_id=talk, cost=cost))

    with Store.open(path) as store:
        asyncio.run(fill(store))
    with DialogueReader.open(path) as reader:
        found = reader.money()
    assert found["r1"] == Money(0.5, 2, 1)
    assert found["r2"] == Money(0.25, 1, 0)


def test_classes_of_errors_are_counted_by_run_for_dialogues_that_ended(path):
    with DialogueReader.open(path) as reader:
        assert reader.error_classes() == {"r1": {"ValueError": 1}}
    change(path, "update conversations set status = 'running' where id = 'c003'")
    with DialogueReader.open(path) as reader:
        assert reader.error_classes() == {}


def test_a_database_without_dialogues_has_none(tmp_path):
    path = write(tmp_path / "e.db", [])
    assert read(path) == []
    with DialogueReader.open(path) as reader:
        assert (reader.splits(), reader.begun(), reader.error_classes()) == ([], {}, {})


def test_a_file_from_before_thoughts_were_kept_is_read(tmp_path):
    path = write(tmp_path / "d.db", [Talk(1)])
    with closing(sqlite3.connect(path)) as db:
        db.execute("alter table messages drop column reasoning")
        db.execute("delete from _sqlite_migrations where name = 'm012_reasoning'")
        db.commit()
    with DialogueReader.open(path) as reader:
        (record,) = reader.dialogues()
    assert [message.reasoning for message in record.messages] == ["", "", ""]
