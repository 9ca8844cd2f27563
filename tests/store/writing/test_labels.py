"""Labels in a file that a run may be writing to."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, write

from aiev.errors import StoreError, UsageError
from aiev.store.reading.conversations import ConversationReader
from aiev.store.writing import labels as module
from aiev.store.writing.labels import MAX_NOTE, save_label
from aiev.store.writing.store import Store


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "l.db", [Talk(1), Talk(2)])


def labels(path, conversation_id="c001"):
    with ConversationReader.open(path) as reader:
        return [(label.label, label.note) for label in reader.labels(conversation_id)]


def test_labels_are_kept_one_after_another_each_with_its_note(path):
    save_label(path, "c001", "flag", "odd: é 中 \u2028")
    save_label(path, "c001", "accept", "")
    assert sorted(labels(path)) == [("accept", ""), ("flag", "odd: é 中 \u2028")]
    assert labels(path, "c002") == []


def test_an_empty_label_takes_those_of_one_conversation_away(path):
    for one in ("c001", "c002"):
        save_label(path, one, "reject", "")
    save_label(path, "c001", "", "")
    assert labels(path) == []
    assert labels(path, "c002") == [("reject", "")]


def test_taking_away_what_is_not_there_is_no_error(path):
    save_label(path, "c001", "", "")
    save_label(path, "nobody", "", "")
    assert labels(path) == []


@pytest.mark.parametrize(
    ("conversation", "label", "note", "words"),
    [
        ("c001", "great", "", "there is no label 'great'; one of accept, reject, flag"),
        ("nobody", "flag", "", "there is no conversation 'nobody' to label"),
        ("c001", "flag", "x" * (MAX_NOTE + 1), "a note of 10001 characters is too long; at most 10000"),
    ],
)
def test_a_label_that_cannot_be_is_refused_and_nothing_is_kept(path, conversation, label, note, words):
    with pytest.raises(UsageError, match=words):
        save_label(path, conversation, label, note)
    assert labels(path) == []


def test_the_longest_note_is_kept_in_full(path):
    save_label(path, "c001", "flag", "x" * MAX_NOTE)
    assert labels(path) == [("flag", "x" * MAX_NOTE)]


def test_a_note_with_half_a_character_is_kept_as_text(path):
    save_label(path, "c001", "flag", "a\ud800b")
    ((_, note),) = labels(path)
    assert note[0] + note[-1] == "ab"


def test_a_run_that_is_writing_is_no_obstacle(path):
    with Store.open(path) as store:
        asyncio.run(store.add_run(RUN))
        save_label(path, "c001", "flag", "")
        asyncio.run(store.add_run(RUN))
    assert labels(path) == [("flag", "")]


def test_a_file_that_somebody_keeps_locked_is_one_line(path, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreError, match=r"cannot write to .*l\.db: database is locked; the label was not kept"):
            save_label(path, "c001", "flag", "")
        other.rollback()
    assert labels(path) == []


def test_what_is_no_database_is_one_line(tmp_path):
    (tmp_path / "no.db").write_text("hello " * 1000)
    with pytest.raises(StoreError, match="file is not a database"):
        save_label(tmp_path / "no.db", "c001", "flag", "")
