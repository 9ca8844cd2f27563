import pytest

from aiev.evidence.agreement import Row, agreement, needed, unanimous
from aiev_interpreter.matrix import Cell

PASS, FAIL = Cell.PASSED, Cell.FAILED
CALLS = ("f(1)", "f(2)")


def _row(*values, cells=(PASS,), weight=1):
    return Row(cells, values, weight)


def test_a_solution_with_the_same_values_agrees():
    found = agreement(_row("1", "2"), [_row("1", "2"), _row("1", "3")], CALLS)
    assert (found.agreeing, found.ran, found.against) == (1, 2, None)


def test_a_solution_that_fails_a_test_of_the_program_does_not_agree():
    assert agreement(_row("1", "2"), [_row("1", "2", cells=(FAIL,))], CALLS).agreeing == 0


def test_equal_programs_count_as_often_as_they_were_written():
    found = agreement(_row("1", "2"), [_row("1", "2", weight=3)], CALLS)
    assert (found.agreeing, found.ran) == (3, 3)


def test_a_solution_that_does_not_load_or_answers_nothing_did_not_run():
    broken = _row("", "", cells=(Cell.BROKEN,))
    other_name = _row("!NameError", "!NameError", cells=(FAIL,))
    assert agreement(_row("1", "2"), [broken, other_name], CALLS).ran == 0


def test_two_different_errors_for_one_call_are_no_disagreement():
    assert agreement(_row("!ValueError", "2"), [_row("!TypeError", "2")], CALLS).agreeing == 1


def test_values_that_cannot_be_compared_are_no_disagreement():
    assert agreement(_row("?function", "2"), [_row("?function", "2")], CALLS).agreeing == 1


def test_solutions_that_agree_with_each_other_speak_against_a_program():
    against = agreement(_row("1", "2"), [_row("1", "5"), _row("1", "5"), _row("1", "2")], CALLS).against
    assert (against.call, against.value, against.others, against.agreeing) == ("f(2)", "2", "5", 2)


def test_solutions_that_all_differ_speak_for_several_right_answers():
    others = [_row("1", "3"), _row("1", "4"), _row("1", "5")]
    assert agreement(_row("1", "2"), others, CALLS).against is None


def test_a_group_no_larger_than_the_programs_own_does_not_speak_against_it():
    others = [_row("1", "5", weight=2), _row("1", "2", weight=2)]
    assert agreement(_row("1", "2"), others, CALLS).against is None


def test_a_call_that_most_solutions_refuse_is_left_out():
    refusing = _row("1", "!ValueError", weight=2)
    assert agreement(_row("1", "2"), [refusing, _row("1", "3")], CALLS).agreeing == 3
    assert agreement(_row("1", "2"), [_row("1", "!ValueError"), _row("1", "3")], CALLS).agreeing == 0


def test_a_value_of_most_solutions_where_the_program_refuses_counts():
    assert agreement(_row("1", "!ValueError"), [_row("1", "3", weight=2)], CALLS).against.value == "!ValueError"


def test_an_error_of_the_others_is_no_argument():
    assert agreement(_row("1", "2"), [_row("1", "!ValueError", weight=3)], CALLS).against is None


def test_on_further_inputs_only_all_solutions_together_speak_against_a_program():
    own = _row("1", "2")
    assert unanimous(own, [_row("1", "5"), _row("1", "5")], CALLS).call == "f(2)"
    assert unanimous(own, [_row("1", "5"), _row("1", "2")], CALLS) is None
    assert unanimous(own, [_row("1", "5")], CALLS) is None
    assert unanimous(own, [], CALLS) is None


@pytest.mark.parametrize(
    ("share", "wanted", "expected"), [(0.75, 4, 3), (1.0, 4, 4), (0.5, 3, 2), (0, 4, 0), (0.3, 10, 3)]
)
def test_a_share_is_a_number_of_solutions(share, wanted, expected):
    assert needed(share, wanted) == expected
