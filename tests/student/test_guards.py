import pytest

from aiev.config.layers import load_config
from aiev.student.guards import GuardFigures, acceptance, diversity, guards_json, near_duplicate_share, trips

LIMITS = load_config().settings.student


def test_figures_within_their_limits_trip_nothing():
    assert trips(GuardFigures(), LIMITS) == []
    assert trips(GuardFigures(0.2, 0.3, 0.3, 0.75, 0.8), LIMITS) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (GuardFigures(acceptance=0.19), "acceptance 0.19 is below 0.2"),
        (GuardFigures(diversity=0.1), "diversity 0.10 is below 0.3"),
        (GuardFigures(near_duplicates=0.5), "near-duplicates 0.50 are above 0.3"),
        (GuardFigures(guard_score=0.7, best_guard_score=0.8), "guard set 0.700 is below 0.750"),
    ],
)
def test_each_figure_beyond_its_limit_is_named(found, words):
    assert trips(found, LIMITS) == [words]


def test_acceptance_says_nothing_before_enough_have_ended():
    assert acceptance({"accepted": 1, "discarded": 18}) is None
    assert acceptance({"accepted": 5, "discarded": 15, "failed": 7}) == 0.25


def test_diversity_is_the_share_of_distinct_four_grams():
    assert diversity(["a b c d", "e f g h"]) == 1.0
    assert diversity(["a b c d"] * 4) == 0.25
    assert diversity(["too short"]) is None


def test_near_duplicates_count_repetitions_and_not_originals():
    assert near_duplicate_share({(0, 1), (0, 2), (1, 2)}, 4) == 0.5
    assert near_duplicate_share(set(), 0) is None


@pytest.mark.parametrize("found", [GuardFigures(guard_score=0.0), GuardFigures(best_guard_score=1.0)])
def test_a_guard_set_that_was_measured_once_trips_nothing(found):
    assert trips(found, LIMITS) == []


def test_figures_at_their_limit_trip_nothing_and_all_beyond_it_are_named_in_order():
    at = GuardFigures(LIMITS.min_acceptance, LIMITS.min_diversity, LIMITS.max_near_duplicates, 1 - LIMITS.guard_drop, 1)
    assert trips(at, LIMITS) == []
    beyond = trips(GuardFigures(0.0, 0.0, 1.0, 0.0, 1.0), LIMITS)
    assert [words.split()[0] for words in beyond] == ["acceptance", "diversity", "near-duplicates", "guard"]


def test_acceptance_begins_with_the_twentieth_dialogue():
    assert acceptance({"discarded": 20}) == 0.0
    assert acceptance({"accepted": 20}) == 1.0
    assert acceptance({}) is None


def test_diversity_is_that_of_words_whatever_their_case_and_signs():
    assert diversity(["A, b: c d!", "a b c d"]) == 0.5
    assert diversity(["a b c d e"]) == 1.0
    assert diversity([]) is None


def test_what_is_stored_has_the_figures_and_what_they_tripped():
    found = guards_json(GuardFigures(acceptance=0.1), LIMITS)
    assert found["acceptance"] == 0.1
    assert found["trips"] == ["acceptance 0.10 is below 0.2"]
    assert set(found) == {"acceptance", "diversity", "near_duplicates", "guard_score", "best_guard_score", "trips"}
