"""The index in memory and the queries of the command line mean the same."""

import itertools
import random
import shutil
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from bench.big_database import make

from aiev.errors import UsageError
from aiev.store.reading.browsing import BrowseReader
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.facets import FACETS, FacetIndex
from aiev.store.reading.following import FollowedIndex
from aiev.store.reading.listing import Filters
from aiev.store.records import LABELS
from aiev.store.writing.labels import save_label
from aiev.view.web.overview import overview

ALL = 10_000


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A database of some hundred conversations in every state, a few of them labelled."""
    path = tmp_path_factory.mktemp("facets") / "made.db"
    make(path, 1500)
    with ConversationReader.open(path) as reader:
        for number, row in enumerate(reader.conversations(Filters(limit=40))):
            save_label(path, row.id, LABELS[number % 3], f"note {number}")
    return path


@pytest.fixture
def index(made):
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("begin")
        yield FacetIndex(connection)


def filters(wanted, text=""):
    """The command line's filters for a choice of facets."""
    rounds = int(wanted.get("rounds", 0))
    rest = {name: value for name, value in wanted.items() if name != "rounds"}
    return Filters(**rest, text=text, min_rounds=rounds, max_rounds=rounds, limit=ALL)


def test_every_value_of_every_facet_counts_what_the_filter_lists(made, index):
    with ConversationReader.open(made) as reader:
        for name in FACETS:
            counts = index.counts(name, index.everything)
            assert counts, name
            for value, count in counts:
                assert len(reader.conversations(filters({name: value}))) == count, (name, value)


def test_choices_of_several_facets_and_words_list_the_same_in_the_same_order(made, index):
    draw = random.Random(1)
    with ConversationReader.open(made) as reader:
        for names in itertools.combinations(FACETS, 2):
            wanted = {name: draw.choice(list(index.values[name])) for name in names}
            text = draw.choice(["", "return", "the list", "AssertionError", "no such words"])
            found = BrowseReader(reader.db).search(index, text) if text else None
            chosen = index.choose(wanted, found)
            expected = [row.id for row in reader.conversations(filters(wanted, text))]
            rowids = index.page(chosen, 0, ALL)
            assert [row.id for row in BrowseReader(reader.db).listed(rowids)] == expected, (wanted, text)
            assert list(index.rowids_of(chosen)) == rowids
            assert chosen.bit_count() == len(expected)


def test_pages_and_neighbours_walk_through_a_choice_once(index):
    chosen = index.choose({"status": "accepted", "language": "python"})
    pages = [index.page(chosen, offset, 7) for offset in range(0, chosen.bit_count() + 7, 7)]
    walked = [rowid for page in pages for rowid in page]
    assert len(walked) == chosen.bit_count() == len(set(walked))
    assert index.neighbours(chosen, walked[0]) == (None, walked[1], 0)
    assert index.neighbours(chosen, walked[5]) == (walked[4], walked[6], 5)
    assert index.neighbours(chosen, walked[-1]) == (walked[-2], None, len(walked) - 1)


def test_a_conversation_outside_of_a_choice_still_has_neighbours_in_it(index):
    discarded = index.page(index.choose({"status": "discarded"}), 0, 1)[0]
    before, after, number = index.neighbours(index.choose({"status": "accepted"}), discarded)
    assert index.neighbours(index.everything, discarded)[2] >= number
    assert {before, after} != {None}
    with pytest.raises(ValueError, match="not in"):
        index.neighbours(index.everything, -1)


def test_a_value_that_nobody_has_chooses_nothing(index):
    assert index.choose({"status": "nonsense"}) == 0
    assert index.page(0, 0, 10) == []


@pytest.mark.parametrize("text", ['"', "NEAR( * ^", "content:x OR y", "\ud800", "a\0b", "'; drop table runs"])
def test_a_search_text_has_no_character_with_a_meaning(made, index, text):
    with ConversationReader.open(made) as reader:
        assert BrowseReader(reader.db).search(index, text).bit_count() == len(
            reader.conversations(Filters(text=text, limit=ALL))
        )


def test_rounds_are_in_their_own_order_and_the_rest_by_frequency(index):
    rounds = [int(value) for value, _ in index.counts("rounds", index.everything)]
    assert rounds == sorted(rounds)
    assert len(rounds) > 3
    counts = [count for _, count in index.counts("language", index.everything)]
    assert counts == sorted(counts, reverse=True)


def test_the_index_is_made_without_reading_a_row_of_a_large_table(made):
    asked = []
    with closing(sqlite3.connect(made)) as connection:
        connection.set_trace_callback(asked.append)
        FacetIndex(connection)
        connection.set_trace_callback(None)
        plans = [row[3] for query in asked for row in connection.execute(f"explain query plan {query}")]
    for table in ("conversations", "executions", "messages", "packages"):
        (plan,) = [plan for plan in plans if plan.startswith(f"SCAN {table} ")]
        assert "COVERING INDEX" in plan


def test_a_file_of_an_earlier_aiev_has_an_index_and_a_list_without_evidence(path):
    make(path, 200)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("drop table evidence")
        index = FacetIndex(connection)
    assert index.counts("evidence", index.everything) == [("none", index.size)]
    with ConversationReader.open(path) as reader:
        rows = reader.conversations(filters({"evidence": "none"}))
    assert {(row.evidence, row.sentence) for row in rows} == {("none", "")}
    assert len(rows) == index.size


def test_an_empty_database_has_an_empty_index(path):
    make(path, 0)
    with closing(sqlite3.connect(path)) as connection:
        index = FacetIndex(connection)
    assert (index.size, index.everything, index.page(0, 0, 9)) == (0, 0, [])


def test_a_followed_index_sees_what_another_process_writes(path, monkeypatch):
    monkeypatch.setattr("aiev.store.reading.following.LOOK_SECONDS", 0.0)
    make(path, 200)
    followed = FollowedIndex(path)
    before = followed.current()
    assert followed.current() is before
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update conversations set status = 'failed' where status = 'accepted'")
    assert followed.current() is not before
    assert "accepted" not in dict(followed.current().counts("status", before.everything))
    followed.close()


def test_a_slow_index_is_renewed_beside_the_answers(path, monkeypatch):
    monkeypatch.setattr("aiev.store.reading.following.LOOK_SECONDS", 0.0)
    monkeypatch.setattr("aiev.store.reading.following.QUICK_SECONDS", -1.0)
    monkeypatch.setattr("aiev.store.reading.following.REST", 0)
    answered, renew = threading.Event(), FollowedIndex._renew_beside

    def renew_when_answered(followed, version):
        answered.wait(30)
        renew(followed, version)

    monkeypatch.setattr(FollowedIndex, "_renew_beside", renew_when_answered)
    make(path, 200)
    followed = FollowedIndex(path)
    before = followed.current()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update conversations set status = 'failed'")
    assert followed.current() is before
    answered.set()
    while followed.generation < 2:
        time.sleep(0.01)
    assert followed.current().counts("status", before.everything) == [("failed", before.size)]
    followed.close()


def test_a_label_shows_at_once_and_the_latest_counts(made):
    followed = FollowedIndex(made)
    with ConversationReader.open(made) as reader:
        row = reader.conversations(Filters(limit=1, offset=60))[0]
        rowid = BrowseReader(reader.db).rowid(row.id)
        for label in ("accept", "reject"):
            save_label(made, row.id, label, "because")
            followed.relabel(rowid, label)
        index = followed.current()
        assert rowid in index.page(index.choose({"label": "reject"}), 0, ALL)
        assert rowid not in index.page(index.choose({"label": "accept"}), 0, ALL)
        assert [label.label for label in reader.labels(row.id)] == ["reject", "accept"]
        save_label(made, row.id, "", "")
        followed.relabel(rowid, "")
        assert reader.labels(row.id) == []
        assert rowid not in index.page(index.choose({"label": "reject"}), 0, ALL)
    followed.close()


@pytest.mark.parametrize(
    ("key", "label", "note", "words"),
    [
        ("c", "perhaps", "", "no label 'perhaps'"),
        ("nobody", "flag", "", "nobody"),
        ("c", "flag", "x" * 10_001, "too long"),
    ],
)
def test_a_label_that_cannot_be_is_refused_in_one_line(made, key, label, note, words):
    with pytest.raises(UsageError, match=words):
        save_label(made, key, label, note)


def priced(made, tmp_path, statement):
    """A copy of the file with other costs, and its index."""
    path = shutil.copy(made, tmp_path / "priced.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update conversations set cost = null")
        connection.execute(statement)
        connection.commit()
        return path, FacetIndex(connection)


def test_what_was_spent_is_told_in_dollars_where_prices_are_known(made, tmp_path):
    _, index = priced(made, tmp_path, "update conversations set cost = iif(status = 'accepted', 0.25, 0.125)")
    found = index.spending(index.everything)
    accepted = index.choose({"status": "accepted"}).bit_count()
    assert (found.unit, found.unpriced) == ("dollars", 0)
    assert sum(part.accepted for part in found.parts) == accepted * 0.25
    assert sum(part.rest for part in found.parts) == (index.size - accepted) * 0.125


def test_dialogues_without_a_known_price_are_counted_and_left_out_of_the_dollars(made, tmp_path):
    _, index = priced(made, tmp_path, "update conversations set cost = 0.5 where status = 'accepted'")
    found = index.spending(index.everything)
    assert found.unit == "dollars"
    assert sum(part.rest for part in found.parts) == 0
    with closing(sqlite3.connect(made)) as connection:
        query = "select count(*) from conversations where status != 'accepted' and completion_tokens > 0"
        assert found.unpriced == connection.execute(query).fetchone()[0] > 0


@pytest.mark.parametrize("change", ["update conversations set cost = null", "update conversations set cost = 0"])
def test_what_has_no_price_or_was_free_is_told_in_tokens(made, tmp_path, change):
    _, index = priced(made, tmp_path, change)
    found = index.spending(index.everything)
    with closing(sqlite3.connect(made)) as connection:
        written = connection.execute("select sum(completion_tokens) from conversations").fetchone()[0]
    assert found.unit == "tokens"
    assert sum(part.accepted + part.rest for part in found.parts) == written


def test_the_picture_of_what_was_spent_says_its_unit(made, tmp_path):
    path, index = priced(made, tmp_path, "update conversations set cost = 0.5 where status = 'accepted'")
    with ConversationReader.open(path) as reader:
        spent = overview(reader.db, index, "")["spent"]
    assert (spent["heading"], spent["unit"]) == ("Money spent", "US dollars")
    assert "US dollars paid" in spent["picture"]
    assert ">$" in spent["picture"]
    assert spent["unpriced"] == index.spending(index.everything).unpriced
    path, index = priced(made, tmp_path, "update conversations set cost = null")
    with ConversationReader.open(path) as reader:
        spent = overview(reader.db, index, "")["spent"]
    assert "tokens written" in spent["unit"]
    assert "$" not in spent["picture"]
