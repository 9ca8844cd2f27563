import random

from aiev.similarity.near_duplicates.bands import MOST, BandIndex


def packed(*numbers):
    return b"".join(number.to_bytes(4, "little") for number in sorted(numbers))


def test_candidates_are_the_sets_that_share_a_key():
    rng, index, kept = random.Random(1), BandIndex(), {}
    for number in range(60):
        keys = rng.sample(range(400), 14)
        for key in keys:
            kept.setdefault(key, set()).add(number)
        index.add(packed(number), keys)
    for key in range(400):
        assert {number for number, _ in index.near(packed(9), [key], 0.0)} == kept.get(key, set())


def test_only_sets_of_the_threshold_or_above_are_near():
    index = BandIndex()
    index.add(packed(1, 2, 3), [1])
    index.add(packed(2, 3, 4), [1])
    index.add(packed(4, 5, 6), [1])
    assert list(index.near(packed(1, 2, 3), [1], 0.5)) == [(0, 1.0), (1, 0.5)]


def test_sets_that_share_most_bands_come_first_then_the_oldest():
    index = BandIndex()
    for keys in ([1, 9, 8], [2, 1, 7], [1, 2, 3]):
        index.add(packed(1), keys)
    assert [number for number, _ in index.near(packed(1), [1, 2, 3], 0.5)] == [2, 1, 0]


def test_an_empty_set_is_near_to_nothing():
    index = BandIndex()
    index.add(b"", [1, 2])
    index.add(packed(1), [1, 2])
    assert list(index.near(b"", [1, 2], 0.0)) == []
    assert [number for number, _ in index.near(packed(1), [1, 2], 0.0)] == [1]


def test_of_many_candidates_only_so_many_are_verified():
    index = BandIndex()
    for _ in range(3 * MOST):
        index.add(packed(1), [1])
    assert len(list(index.near(packed(1), [1], 0.5))) == MOST
    assert len(index) == 3 * MOST
