import random
from collections import Counter

import numpy as np

from aiev.similarity.decontamination.inverted_index import InvertedIndex


def numbers(*values):
    return np.array(values, np.uint64)


def test_it_counts_what_sets_would():
    rng = random.Random(3)
    references = [{rng.randrange(1 << 40, (1 << 40) + 90) for _ in range(rng.randrange(20))} for _ in range(30)]
    texts = [[rng.randrange(1 << 40, (1 << 40) + 120) for _ in range(40)] for _ in range(20)]
    index = InvertedIndex([numbers(*reference) for reference in references])
    found = index.holding(
        numbers(*(feature for text in texts for feature in text)), np.repeat(np.arange(len(texts)), 40)
    )
    assert {(row, number): shared for row, number, shared in found} == {
        (row, number): len(reference & {*text})
        for row, text in enumerate(texts)
        for number, reference in enumerate(references)
        if reference & {*text}
    }


def test_only_texts_that_hold_the_share_are_given():
    index = InvertedIndex([numbers(1, 2, 3, 4)])
    features, owners = numbers(1, 2, 3, 1, 2, 9), np.array([0, 0, 0, 1, 1, 1])
    assert list(index.holding(features, owners, 0.75)) == [(0, 0, 3)]
    assert list(index.holding(features, owners, 0.5)) == [(0, 0, 3), (1, 0, 2)]


def test_pairs_that_do_not_fit_are_left_out():
    index = InvertedIndex([numbers(1, 2), numbers(1, 3)])
    rows, references, shared = index.shared(numbers(1, 1), np.array([0, 1]), lambda row, number: row == number)
    assert list(zip(rows.tolist(), references.tolist(), shared.tolist(), strict=True)) == [(0, 0, 1), (1, 1, 1)]


def test_it_knows_in_how_many_references_a_feature_is():
    sets = [numbers(1, 2, 2), numbers(2, 3), numbers(2)]
    counts = Counter(feature for own in sets for feature in set(own.tolist()))
    index = InvertedIndex(sets)
    assert index.sizes.tolist() == [2, 2, 1]
    assert index.held_by(numbers(1, 2, 3)).tolist() == [counts[feature] for feature in (1, 2, 3)]


def test_an_empty_index_holds_nothing():
    assert list(InvertedIndex([]).holding(numbers(1, 0), np.array([0, 0]))) == []
