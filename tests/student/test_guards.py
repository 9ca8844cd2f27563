import pytest

from aiev.config.layers import load_config
from aiev.student.guards import GuardFigures, acceptance, diversity, near_duplicate_share, trips

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
