from itertools import combinations

import pytest

from aiev.student.passk import mean_pass_at_k, pass_at_k


@pytest.mark.parametrize(
    ("samples", "passed", "k", "expected"),
    [(1, 1, 1, 1.0), (1, 0, 1, 0.0), (10, 3, 1, 0.3), (4, 1, 2, 0.5), (5, 2, 3, 0.9), (5, 5, 5, 1.0), (3, 1, 3, 1.0)],
)
def test_hand_computed_estimates(samples, passed, k, expected):
    assert pass_at_k(samples, passed, k) == pytest.approx(expected)


@pytest.mark.parametrize("samples", range(1, 8))
def test_it_is_the_share_of_all_choices_of_k_samples_that_hold_a_solution(samples):
    for passed in range(samples + 1):
        outcomes = [True] * passed + [False] * (samples - passed)
        for k in range(1, samples + 1):
            choices = list(combinations(outcomes, k))
            assert pass_at_k(samples, passed, k) == pytest.approx(sum(map(any, choices)) / len(choices))


@pytest.mark.parametrize(("samples", "passed", "k"), [(5, 1, 6), (5, 1, 0), (5, 6, 1), (5, -1, 1), (0, 0, 1)])
def test_impossible_counts_are_refused(samples, passed, k):
    with pytest.raises(ValueError, match=r"pass@|cannot have passed"):
        pass_at_k(samples, passed, k)


def test_the_mean_weighs_problems_alike():
    assert mean_pass_at_k([(10, 10), (2, 0)], 1) == 0.5
    assert mean_pass_at_k([], 1) == 0.0
