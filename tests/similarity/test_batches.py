from aiev.similarity.batches import batched


def test_the_last_batch_is_shorter_and_none_is_empty():
    assert list(batched(iter("abcde"), 2)) == [["a", "b"], ["c", "d"], ["e"]]
    assert list(batched([], 2)) == []
    assert list(batched("ab", 2)) == [["a", "b"]]
