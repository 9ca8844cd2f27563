import pytest

from aiev.store.reading.standing import EVIDENCE, NO_EVIDENCE, stands

ALL = (*EVIDENCE, NO_EVIDENCE)


@pytest.mark.parametrize(
    ("choice", "evidence"),
    [
        ("usable", {"verified", "none"}),
        ("verified", {"verified"}),
        ("none", {"none"}),
        ("any", set(ALL)),
    ],
)
def test_accepted_conversations_stand_by_what_their_evidence_says(choice, evidence):
    assert {one for one in ALL if stands(choice, "accepted", one)} == evidence


@pytest.mark.parametrize("choice", ["usable", "verified", "none", "any"])
@pytest.mark.parametrize("status", ["discarded", "failed", "running"])
def test_nothing_but_an_accepted_conversation_stands(choice, status):
    assert not any(stands(choice, status, one) for one in ALL)


@pytest.mark.parametrize("choice", ["unverified", "contradicted"])
def test_what_passed_can_be_chosen_by_bad_evidence_however_it_ended(choice):
    assert [one for one in ALL if stands(choice, "discarded", one)] == [choice]
    assert [one for one in ALL if stands(choice, "accepted", one)] == [choice]
    assert not stands(choice, "discarded", choice, passed=False)
    assert not stands(choice, "failed", choice)
