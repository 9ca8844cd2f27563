import pytest

from aiev.evidence.contract import Contract
from aiev.evidence.ruling import Outcome, ruling
from aiev_agents.roles.arbiter import Answer

PROBLEM = "Write a Python function `double(x)` that returns twice x. For example, double(3) returns 6."
FIRST = "assert double(1) == 2\nassert double(0) == 0\n"


def _opened(tests=FIRST, problem="Write `double(x)`, twice x."):
    return Contract.of(problem, "python").amended(tests)


def _word(call, expected, proposed, *answers):
    return ruling(call, expected, proposed, [Answer(answer, "") for answer in answers])


def test_the_first_suite_runs_as_it_was_written():
    tests, contract = _opened()
    assert tests == FIRST
    assert [one.call for one in contract.current] == ["double(1)", "double(0)"]


def test_an_example_of_the_problem_is_run_with_the_first_suite():
    tests, contract = _opened(problem=PROBLEM)
    assert "double(3) == 6" in tests
    assert len(contract.current) == 3


def test_what_a_reply_leaves_out_runs_all_the_same():
    _, contract = _opened()
    tests, contract = contract.amended("assert double(1) == 2\n")
    assert "double(0) == 0" in tests
    assert len(contract.current) == 2


def test_what_a_reply_adds_becomes_part_of_the_contract():
    _, contract = _opened()
    _, contract = contract.amended(FIRST + "assert double(5) == 10\n")
    assert [one.call for one in contract.current] == ["double(1)", "double(0)", "double(5)"]
    assert len(contract.drift().added) == 1


def test_layout_and_names_are_no_dispute():
    _, contract = _opened()
    assert contract.disputes("x = double(1)\nassert x == 2\nassert (double( 0 )) == 0") == ()


def test_another_expected_value_is_a_dispute():
    _, contract = _opened()
    ((old, new),) = contract.disputes("assert double(1) == 3\nassert double(0) == 0\n")
    assert (old.expected, new.expected) == ("2", "3")


def test_an_example_of_the_problem_is_not_open_to_dispute():
    _, contract = _opened(problem=PROBLEM)
    bent = "assert double(3) == 7\n"
    assert contract.disputes(bent) == ()
    tests, contract = contract.amended(bent)
    assert "double(3) == 6" in tests
    assert "double(3) == 7" in tests  # so that the round fails


def test_a_test_that_is_kept_runs_beside_the_bent_one_and_stays_in_the_contract():
    _, contract = _opened()
    kept = _word("double(1)", "2", "3", "2", "2", "3")
    tests, contract = contract.amended("assert double(1) == 3\nassert double(0) == 0\n", [kept])
    assert "double(1) == 2" in tests
    assert "double(1) == 3" in tests
    assert [one.expected for one in contract.current if one.call == "double(1)"] == ["2"]
    assert not contract.drift().bends


def test_a_test_that_the_arbiter_changes_is_changed_for_good():
    _, contract = _opened("assert double(1) == 3\n")
    changed = _word("double(1)", "3", "2", "2", "2", "2")
    tests, contract = contract.amended("assert double(1) == 2\n", [changed])
    assert tests == "assert double(1) == 2\n"
    assert len(contract.drift().changed) == 1
    assert contract.disputes("assert double(1) == 3\n") == ()
    assert "double(1) == 2" in contract.amended("assert double(1) == 3\n")[0]


def test_a_third_value_of_the_arbiter_takes_the_place_of_both():
    _, contract = _opened("assert double(1) == 3\n")
    changed = _word("double(1)", "3", "4", "2", "2", "2")
    tests, contract = contract.amended("assert double(1) == 4\n", [changed])
    assert tests == "assert double(1) == 2\n"
    assert [one.expected for one in contract.current] == ["2"]


@pytest.mark.parametrize(
    "prose",
    ["The test is wrong: it expects 3.", "The first test contradicts the exercise.", "These are incorrect tests."],
)
def test_a_failed_test_that_a_reply_calls_wrong_is_doubted(prose):
    _, contract = _opened()
    feedback = "AssertionError: assert double(1) == 2 failed: left side is 3, right side is 2"
    (doubted,) = contract.doubted(prose, feedback)
    assert doubted.call == "double(1)"
    assert contract.doubted("The function was wrong.", feedback) == ()
    assert contract.doubted(prose, "another error") == ()


def test_a_doubted_test_goes_from_what_runs_when_the_problem_does_not_determine_it():
    _, contract = _opened()
    dropped = _word("double(1)", "2", "", "undetermined", "undetermined", "2")
    tests, contract = contract.amended(FIRST, [dropped])
    assert tests == "assert double(0) == 0\n"
    assert contract.doubted("The test is wrong.", "assert double(1) == 2") == ()


def test_a_test_that_the_problem_does_not_determine_goes_for_good():
    _, contract = _opened()
    dropped = _word("double(1)", "2", "3", "undetermined", "undetermined", "undetermined")
    assert dropped.outcome is Outcome.DROPPED
    tests, contract = contract.amended("assert double(1) == 3\nassert double(0) == 0\n", [dropped])
    assert "double(1)" not in tests
    assert len(contract.drift().dropped) == 1
    assert "double(1)" not in contract.amended("assert double(0) == 0\n")[0]


def test_a_call_is_not_argued_about_twice():
    _, contract = _opened()
    kept = _word("double(1)", "2", "3", "2", "2", "2")
    bent = "assert double(1) == 3\nassert double(0) == 0\n"
    _, contract = contract.amended(bent, [kept])
    assert contract.disputes(bent) == ()
    assert len(contract.rulings) == 1


def test_a_counter_example_becomes_a_test():
    _, contract = _opened()
    wanted = Contract.of("", "python").amended("assert double(7) == 14\n")[1].current[0]
    contract = contract.demanding(wanted)
    assert "double(7) == 14" in contract.tests
    assert "double(7) == 14" in contract.amended(FIRST)[0]


@pytest.mark.parametrize("language", ["javascript", "java", "go", "rust", "cpp", "bash", "typescript"])
def test_a_suite_of_any_language_is_a_contract_without_being_touched(language):
    tests = "anything at all (\n"
    assert Contract.of("A problem.", language).amended(tests)[0] == tests
