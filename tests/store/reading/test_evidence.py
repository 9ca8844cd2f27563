import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from support.dialogues import Talk, write
from support.evidence import CONTRADICTED, UNVERIFIED, VERIFIED, give

from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.evidence import EvidenceReader, kind_of
from aiev.store.reading.student import StudentReader


@pytest.fixture
def path(tmp_path):
    talks = [*map(Talk, range(4)), Talk(4, ("error", "error")), Talk(5, ended="discarded")]
    path = write(tmp_path / "e.db", talks)
    return give(path, {"c000": "verified", "c001": "unverified", "c002": "contradicted", "c005": "unverified"})


def test_evidence_comes_back_as_it_was_written(path):
    with EvidenceReader.open(path) as reader:
        assert reader.evidence("c002") == replace(CONTRADICTED, conversation_id="c002")
        assert reader.evidence("c003") is None
        assert reader.without_tests(["c000", "c003"]) == {"c000": replace(VERIFIED, conversation_id="c000", tests=())}


def test_counts_tell_accepted_dialogues_and_reasons_apart(path):
    with EvidenceReader.open(path) as reader:
        assert reader.counts("r1").as_dict() == {
            "accepted": {"verified": 1, "unverified": 1, "contradicted": 1, "none": 1},
            "statuses": {"unverified": 2, "verified": 1, "contradicted": 1},
            "reasons": {
                "too few mutants are killed": 2, "too few solutions agree": 2, "independent solutions disagree": 1,
            },
        }  # fmt: skip
        assert reader.counts("r2").as_dict() == {"accepted": {}, "statuses": {}, "reasons": {}}


def test_reasons_that_differ_in_numbers_count_together():
    said = ("the tests find out 3 of 20 mutants", "the tests find out 12 of 18 mutants")
    assert {*map(kind_of, said)} == {"the tests find out … of … mutants"}


def test_scores_are_shares_and_none_where_nothing_ran():
    assert (VERIFIED.mutation_score, VERIFIED.agreement_share) == (0.9, 1.0)
    assert UNVERIFIED.agreement_share == 0.25
    nothing = replace(VERIFIED, mutants=None, mutants_killed=None, alternatives=0, alternatives_agreeing=0)
    assert (nothing.mutation_score, nothing.agreement_share) == (None, None)


def test_dialogues_bring_their_evidence_along(path):
    with DialogueReader.open(path) as reader:
        found = {record.id: record.evidence_status for record in reader.dialogues(messages=False)}
    assert found == {
        "c000": "verified", "c001": "unverified", "c002": "contradicted", "c003": "none", "c004": "none",
        "c005": "unverified",
    }  # fmt: skip


def test_only_the_last_round_of_a_dialogue_can_be_the_one_that_passed(tmp_path):
    talks = [Talk(1, ("error", "ok")), Talk(2, ("ok", "error")), Talk(3, ("no_tests",), ended="accepted")]
    with DialogueReader.open(write(tmp_path / "p.db", talks)) as reader:
        assert [record.passed_round for record in reader.dialogues()] == [2, 0, 1]


def test_dialogues_count_by_their_standing(path):
    with StudentReader.open(path) as reader:
        for standing, ids in (
            ("usable", ["c000", "c003"]),
            ("verified", ["c000"]),
            ("any", ["c000", "c001", "c002", "c003"]),
        ):
            assert [one.id for one in reader.accepted(standing)] == ids


def test_a_file_of_an_earlier_aiev_has_no_evidence(path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("drop table evidence_tests")
        db.execute("drop table evidence")
    with EvidenceReader.open(path) as reader:
        assert (reader.evidence("c000"), reader.without_tests(["c000"]), reader.gathered()) == (None, {}, False)
        assert reader.counts("r1").as_dict() == {"accepted": {}, "statuses": {}, "reasons": {}}
        assert {one.evidence for one in StudentReader(reader.db).accepted()} == {"none"}
        assert {one.evidence for one in DialogueReader(reader.db).dialogues()} == {None}
