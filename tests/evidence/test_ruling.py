import pytest

from aiev.evidence.ruling import Outcome, majority, ruling
from aiev_agents.roles.arbiter import Answer


def _answers(*values):
    return [Answer(value, f"because of {value}") for value in values]


@pytest.mark.parametrize(
    ("answers", "outcome", "value"),
    [
        (["3", "3", "4"], Outcome.KEPT, "3"),
        (["4", "4", "3"], Outcome.CHANGED, "4"),
        (["4.0", "4", "3"], Outcome.CHANGED, "4"),
        (["7", "7", "7"], Outcome.CHANGED, "7"),
        (["3", "4", "5"], Outcome.DROPPED, ""),
        (["undetermined", "undetermined", "3"], Outcome.DROPPED, ""),
        (["error", "error", "3"], Outcome.DROPPED, ""),
        (["the sum", "the sum", "3"], Outcome.DROPPED, ""),
        ([], Outcome.DROPPED, ""),
    ],
)
def test_the_majority_decides_about_a_test(answers, outcome, value):
    found = ruling("f(1)", "3", "4", _answers(*answers))
    assert (found.outcome, found.value) == (outcome, value)


def test_half_is_no_majority():
    assert majority(_answers("1", "2"))[0] == "undetermined"


def test_the_first_reason_of_the_majority_is_given():
    assert majority(_answers("1", "2", "2")) == ("2", "because of 2")


def test_a_ruling_is_told_in_words_with_its_reason():
    kept = ruling("f(1)", "3", "4", _answers("3", "3", "3")).in_words()
    assert kept.startswith("`f(1)` must give 3, so this test stays as it was: correct the program.")
    assert kept.endswith("because of 3")
    assert "is corrected" in ruling("f(1)", "3", "4", _answers("4", "4", "4")).in_words()
    assert "does not determine" in ruling("f(1)", "3", "4", _answers("1", "2", "5")).in_words()


def test_a_ruling_goes_into_the_record_as_plain_values():
    assert ruling("f(1)", "3", "4", _answers("3"), round_number=2).as_dict() == {
        "call": "f(1)",
        "expected": "3",
        "proposed": "4",
        "answers": ("3",),
        "outcome": "kept",
        "value": "3",
        "reason": "because of 3",
        "round": 2,
    }
