from dataclasses import replace

import pytest
from store.sample_records import EVIDENCE

from aiev.evidence.settings import AcceptSettings
from aiev.evidence.verdict import agreed, reasons, sentence, status

SETTINGS = AcceptSettings()


def test_all_that_was_asked_for_holds():
    assert status(EVIDENCE, SETTINGS) == "verified"
    assert sentence(EVIDENCE) == EVIDENCE.sentence


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"stable": False}, "two runs gave different values"),
        ({"agreement": "undetermined", "alternatives_agreeing": 1}, "1 of 4 independent solutions agree"),
        ({"mutants_killed": 2}, "the tests find out 2 of 10 mutants"),
        ({"detail": {"problem": ["the problem names nothing"]}}, "the problem names nothing"),
    ],
)
def test_one_missing_piece_leaves_a_program_unverified(change, reason):
    evidence = replace(EVIDENCE, **change)
    assert status(evidence, SETTINGS) == "unverified"
    assert reasons(evidence, SETTINGS) == (reason,)


def test_a_contradiction_is_a_standing_of_its_own():
    evidence = replace(
        EVIDENCE,
        status="contradicted",
        agreement="contradicted",
        detail={"counterexample": {"call": "f(2)", "value": "2", "others": "5", "agreeing": 3}},
    )
    assert status(evidence, SETTINGS) == "contradicted"
    assert "f(2) gives 2 where others give 5" in sentence(evidence)


def test_what_was_not_asked_for_holds_nothing_back():
    bare = replace(EVIDENCE, agreement="", mutants=0, mutants_killed=0, alternatives=0, alternatives_agreeing=0)
    assert status(bare, AcceptSettings(mutants=0)) == "verified"
    assert status(bare, SETTINGS) == "unverified"
    assert sentence(bare) == "verified: no test changed"


def test_changed_tests_are_named_as_the_arbiters():
    changed = replace(EVIDENCE, tests_changed=1, tests_dropped=2)
    assert sentence(changed).endswith("tests: 1 changed and 2 dropped by the arbiter")


@pytest.mark.parametrize(
    ("agreeing", "ran", "expected"),
    [(3, 3, "confirmed"), (3, 4, "confirmed"), (2, 4, "undetermined"), (1, 1, "undetermined"), (0, 0, "undetermined")],
)
def test_enough_solutions_confirm(agreeing, ran, expected):
    assert agreed(agreeing, ran, SETTINGS) == expected
