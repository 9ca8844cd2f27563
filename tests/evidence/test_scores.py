import pytest

from aiev.evidence.scores import scores


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


@pytest.mark.parametrize("passed", [[], [[]], [[], []], [[False]]])
def test_nothing_passed_gives_no_scores(passed):
    found = scores(passed)
    assert sum(found.programs) + sum(found.tests) == 0


def test_without_damping_by_the_other_side_all_linked_ones_are_equal():
    assert scores([[True, True], [True, False]], damping=0).programs == (1, 1)
