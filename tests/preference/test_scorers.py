import pytest

from aiev.preference.consensus import b4, codet, groups
from aiev.preference.scorers import aces, all_pass, parameters, pass_count, scored
from aiev.preference.settings import PreferSettings, Scorer

T, F = True, False
SETTINGS = PreferSettings()
RIGHT = [[T, T, T, F], [T, T, T, F], [T, T, F, F], [T, F, F, T], [F, F, F, F]]
"""Two right programs, one nearly, one with a wrong test of its own, one that is broken; unit 0 to 2 are right."""


@pytest.mark.parametrize("scorer", [one for one in Scorer if one is not Scorer.ALL_PASS])
def test_a_scorer_puts_right_programs_above_wrong_ones(scorer):
    found = scored(RIGHT, scorer, SETTINGS)
    assert found.programs[0] == found.programs[1] == max(found.programs)
    assert found.programs[3] < found.programs[0]
    assert found.programs[4] == 0
    assert all(0 <= one <= 1 for one in (*found.programs, *found.tests))


@pytest.mark.parametrize("scorer", Scorer)
@pytest.mark.parametrize("passed", [[], [[], []], [[F, F], [F, F]], [[None], [None]]])
def test_every_scorer_gives_nothing_for_nothing(passed, scorer):
    found = scored(passed, scorer, SETTINGS)
    assert found.programs == (0,) * len(passed)


@pytest.mark.parametrize("scorer", Scorer)
def test_a_program_with_a_missing_cell_is_not_below_one_that_fails_there(scorer):
    found = scored([[T, T, T], [T, T, None], [T, T, F], [F, F, T]], scorer, SETTINGS).programs
    assert found[1] >= found[2]


def test_equal_weights_count_units():
    assert pass_count(RIGHT).programs == (0.75, 0.75, 0.5, 0.5, 0)
    assert all_pass([[T, T], [T, None], [T, F]]).programs == (1, 1, 0)


def test_programs_that_pass_the_same_are_one_group_as_far_as_is_known():
    found = groups([[None, T, F], [T, T, F], [T, F, F], [None, None, None]])
    assert [(one.programs, one.row) for one in found] == [([1, 0, 3], [T, T, F]), ([2], [T, F, F])]


def test_codet_multiplies_programs_by_tests():
    found = codet([[T, T, F], [T, T, F], [F, F, T]])
    assert found.programs == (1, 1, 0.25)
    assert found.tests == (1, 1, 0.25)


def test_b4_prefers_the_larger_group_of_two_that_pass_as_many_units():
    passed = [[T, T, F, F], [T, T, F, F], [T, T, F, F], [F, F, T, T]]
    assert b4(passed).programs == (1, 1, 1, 0)


def test_b4_gives_equal_groups_the_same():
    assert b4([[T, F], [F, T]]).programs == (1, 1)


def test_a_unit_that_the_others_contradict_weighs_nothing():
    assert aces(RIGHT).tests[3] == 0
    assert aces(RIGHT).tests[1] == pytest.approx(1 / 3)  # by hand: an AUC of 4 of 6


def test_a_unit_alone_is_held_up_by_none():
    assert aces([[T], [F]]).tests == (0,)


def test_only_codedpo_goes_by_parameters():
    assert parameters(Scorer.CODEDPO, SETTINGS) == {"damping": 0.85, "rounds": 10}
    assert parameters(Scorer.B4, SETTINGS) == {}
