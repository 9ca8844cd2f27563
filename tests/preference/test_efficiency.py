import random

import pytest

from aiev.preference.efficiency import efficiency_pairs, saved, trusted_by
from aiev.preference.pair import Kind
from aiev.preference.settings import PreferSettings

SETTINGS = PreferSettings()
PROGRAMS = [f"def f(x):\n    return x + {number}\n" for number in range(4)]


def noisy(chance, seconds, loops=10):
    """CPU times on a shared machine: a tenth of noise upwards, and every fifth loop up to three times as slow."""
    spikes = (chance.uniform(1, 3) if chance.random() < 0.2 else 1 for _ in range(loops))
    return [seconds * spike * (1 + abs(chance.gauss(0, 0.1))) for spike in spikes]


def test_a_program_is_hardly_ever_faster_than_itself():
    chance = random.Random(7)
    runs = [(noisy(chance, 0.2), noisy(chance, 0.2)) for _ in range(1000)]
    assert sum(bool(saved(one, two, SETTINGS) or saved(two, one, SETTINGS)) for one, two in runs) <= 50


def test_a_quadratic_program_is_found_beside_a_linear_one():
    chance = random.Random(8)
    runs = [(noisy(chance, 0.05), noisy(chance, 0.05 * chance.uniform(2, 20))) for _ in range(1000)]
    assert sum(bool(saved(fast, slow, SETTINGS)) for fast, slow in runs) >= 950


@pytest.mark.parametrize(
    ("fast", "slow"),
    [
        ([0.1] * 10, [0.11] * 10),
        ([0.1] * 10, [0.105] * 5 + [0.5] * 5),
        ([0.1] * 8, [0.5] * 8),
        ([0.01] * 10, [0.04] * 10),
        ([0.1] * 10, [0.5] * 12),
        ([0.5] * 10, [0.1] * 10),
    ],
    ids=["less than a tenth", "in one half alone", "too few loops", "below the floor", "not in turn", "slower"],
)
def test_what_is_not_sure_saves_nothing(fast, slow):
    assert saved(fast, slow, SETTINGS) == 0


def test_a_tenth_is_enough():
    assert saved([0.9] * 10, [1.0] * 10, SETTINGS) == pytest.approx(0.1)


def test_the_half_that_says_less_counts():
    assert saved([0.1] * 10, [0.2] * 5 + [0.4] * 5, SETTINGS) == pytest.approx(0.5)


def test_the_fastest_is_paired_with_the_slowest():
    times = {0: [0.2] * 10, 1: [0.1] * 10, 3: [0.4] * 10, 2: []}
    (pair,) = efficiency_pairs(PROGRAMS, "python", times, SETTINGS)
    assert (pair.kind, pair.chosen, pair.rejected, pair.gap) == (Kind.EFFICIENCY, 1, 3, pytest.approx(0.75))
    assert pair.rule == "takes 0.1 s against 0.4 s"


def test_the_same_program_twice_is_no_pair():
    times = {0: [0.1] * 10, 1: [0.4] * 10}
    assert efficiency_pairs([PROGRAMS[0], PROGRAMS[0] + "# slow\n"], "python", times, SETTINGS) == ()


def test_only_programs_that_pass_what_the_best_passes_are_timed():
    passed = [[True, True, False], [True, True, True], [True, None, False], [True, False, True]]
    assert trusted_by(passed, 0) == (0, 1)
    assert trusted_by([[False], [True]], 0) == ()
