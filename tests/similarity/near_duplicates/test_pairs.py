import itertools

from bench.planting import clean_functions, renamed

from aiev.similarity.near_duplicates.pairs import near_duplicate_pairs
from aiev.similarity.near_duplicates.signatures import jaccard, sign

SORT = "def sort_pairs(pairs):\n    return sorted(pairs, key=lambda pair: pair[1])\n"


def test_pairs_are_all_pairs_the_earlier_first():
    texts = [SORT, "x = 1", renamed(SORT, ""), "", SORT.replace("pairs", "items")]
    assert list(near_duplicate_pairs((text, "python") for text in texts)) == [(0, 2), (0, 4), (2, 4)]


def test_pairs_are_those_of_a_comparison_of_each_with_each():
    functions = list(clean_functions(600))
    texts = functions[:300] + [renamed(text, "") for text in functions[:100]]
    sets = sign(texts, ["python"] * len(texts)).sets
    every = {
        (one, other)
        for one, other in itertools.combinations(range(len(texts)), 2)
        if jaccard(sets[one], sets[other]) >= 0.7
    }
    found = set(near_duplicate_pairs((text, "python") for text in texts))
    assert found <= every
    assert len(found) >= 0.97 * len(every)


def test_pairs_reach_across_batches():
    texts = [SORT, *(f"x{number} = call_{number}({number}, {number + 1})" for number in range(600)), SORT + "\n"]
    assert (0, 601) in set(near_duplicate_pairs((text, "python") for text in texts))


def test_a_crowd_of_near_duplicates_is_one_group():
    texts = [SORT.replace("1", str(number)) for number in range(300)]
    found = list(near_duplicate_pairs(((text, "python") for text in texts), 0.5))
    assert {other for _, other in found} == set(range(1, 300))
