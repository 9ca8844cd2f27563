import random

import numpy as np

from aiev.similarity.sorted_runs import MOST_OF_A_KEY, SortedRuns


def test_it_finds_what_a_dictionary_would():
    rng, table, kept = random.Random(1), SortedRuns(), {}
    for number in range(60):
        keys = [rng.randrange(1, 500) for _ in range(rng.randrange(40))]
        for key in keys:
            kept.setdefault(key, []).append(number)
        table.add(np.array(keys, np.uint64), np.full(len(keys), number, np.uint32))
    positions, numbers = table.find(np.arange(500, dtype=np.uint64))
    found = {}
    for key, number in zip(positions.tolist(), numbers.tolist(), strict=True):
        found.setdefault(key, []).append(number)
    assert found == {key: numbers for key, numbers in kept.items() if len(numbers) <= MOST_OF_A_KEY}


def test_the_oldest_numbers_of_a_key_come_first():
    table = SortedRuns()
    for number in range(3):
        table.add(np.array([7, 7], np.uint64), np.array([2 * number, 2 * number + 1], np.uint32))
    assert table.find(np.array([7], np.uint64))[1].tolist() == [0, 1, 2, 3, 4, 5]


def test_zero_is_no_key():
    table = SortedRuns()
    table.add(np.zeros(3, np.uint64), np.arange(3, dtype=np.uint32))
    assert len(table.find(np.zeros(1, np.uint64))[0]) == 0


def test_nothing_is_lost_as_it_grows():
    table, keys = SortedRuns(), np.random.default_rng(3).integers(1, 1 << 63, 600_000).astype(np.uint64)
    for part in np.split(keys, 6):
        table.add(part, np.zeros(len(part), np.uint32))
    assert len(np.unique(table.find(keys)[0])) == len(keys)
