import pytest

from aiev.evidence.scores import Scores, judged, scores


def test_the_program_that_passes_what_others_pass_is_best():
    found = scores([[True, True, False], [True, True, False], [False, False, True]])
    assert found.programs[0] == found.programs[1] == 1
    assert found.programs[2] < 0.1


def test_a_test_is_worth_what_its_programs_are_worth():
    found = scores([[True, True], [True, False], [True, False]])
    assert found.tests[0] == 1
    assert 0 < found.tests[1] < 0.7


def test_what_passes_nothing_is_worth_nothing():
    found = scores([[True, False], [False, False]])
    assert found.programs[1] == 0
    assert found.tests[1] == 0


@pytest.mark.parametrize("passed", [[], [[]], [[], []], [[False]], [[None]]])
def test_nothing_passed_gives_no_scores(passed):
    found = scores(passed)
    assert sum(found.programs) + sum(found.tests) == 0


def test_without_damping_by_the_other_side_all_linked_ones_are_equal():
    assert scores([[True, True], [True, False]], damping=0).programs == (1, 1)


def test_the_published_example_needs_a_damping_of_a_quarter():
    passed = [[True, True, True, True], [True, False, True, True], [False, True, True, True]]
    first = judged(passed, Scores((1.0,) * 3, (1.0,) * 4), damping=0.25)
    assert first.programs[0] == 1.75
    assert judged(passed, first, damping=0.25).programs[0] == pytest.approx(2.7, abs=0.05)


def test_the_scores_come_to_the_fixed_point_worked_by_hand():
    found = scores([[True, True], [True, False]], rounds=60)
    golden = (5**0.5 - 1) / 2  # a = a + b and b = a, but for a factor: a / b is the golden ratio
    assert found.programs == found.tests == (1, pytest.approx(golden))


def test_many_rounds_neither_overflow_nor_change_a_rank():
    passed = [[True] * 30, [True] * 20 + [False] * 10, [True] * 10 + [False] * 20]
    few, many = scores(passed, rounds=1).programs, scores(passed, rounds=2000).programs
    assert sorted(few, reverse=True) == list(few)
    assert sorted(many, reverse=True) == list(many)
    assert len(set(many)) == 3


def test_a_missing_cell_is_no_failure():
    known, missing = scores([[True, True], [True, None], [True, False]]).programs[:2]
    assert known > missing * 0.99 > scores([[True, True], [True, False], [True, False]]).programs[1]
