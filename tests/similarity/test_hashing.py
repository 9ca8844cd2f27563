import numpy as np

from aiev.similarity.hashing import among, distinct, hashes_of_words


def hashed(*words):
    data = " ".join(words).encode()
    sizes = np.array([len(word.encode()) for word in words])
    last = np.cumsum(sizes + 1) - 1
    return hashes_of_words(data, last - sizes, last).tolist()


def test_words_of_every_length_are_told_apart_by_each_of_their_bytes():
    word = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
    changed = [f"{word[:place]}_{word[place + 1 :]}" for place in range(64)]
    cut = [word[:size] for size in range(1, 64)]
    numbers = hashed(word, *changed, *cut, word + "a", word + "ab")
    assert len(set(numbers)) == len(numbers)


def test_the_hash_of_a_word_does_not_depend_on_what_stands_beside_it():
    words = ["a", "abcdefgh", "abcdefghi", "", "\u00e9t\u00e9" * 20]
    assert hashed(*words) == [hashed(word)[0] for word in words]


def test_distinct_numbers_come_in_order():
    assert distinct(np.array([3, 1, 3, 2, 1], np.uint64)).tolist() == [1, 2, 3]
    assert distinct(np.empty(0, np.uint64)).tolist() == []


def test_numbers_are_found_among_sorted_others():
    others = np.array([2, 5, 9], np.uint64)
    assert among(np.array([1, 2, 5, 10], np.uint64), others).tolist() == [False, True, True, False]
    assert among(np.array([1], np.uint64), others[:0]).tolist() == [False]
