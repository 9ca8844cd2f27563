import numpy as np

from aiev.similarity.lexing import TEXT
from aiev.similarity.shingles import shingle

ADD = '''def add(alpha, beta):
    """Add."""
    total = alpha + beta  # the sum
    for index in range(total):
        total += add(alpha, index)
    return total.real
'''
RENAMED = """def plus(x, y):
    z = (x + y)
    for k in range(z):
        z += plus(x, k,)
    return z.real
"""


def sets(*texts, language="python", size=5):
    found = shingle(texts, language, size)
    return [set(found.hashes[a:b].tolist()) for a, b in zip(found.starts, found.starts[1:], strict=False)]


def test_names_layout_comments_and_documentation_do_not_matter():
    first, second = sets(ADD, RENAMED)
    assert first == second


def test_what_is_called_and_what_stands_behind_a_dot_matters():
    first, called, dotted = sets(ADD, ADD.replace("range", "reversed"), ADD.replace(".real", ".imag"))
    assert first != called
    assert first != dotted


def test_names_that_are_mixed_up_matter():
    first, second = sets("a = b + c; d = b - c", "a = b + c; d = c - b")
    assert first != second


def test_texts_do_not_depend_on_their_neighbours():
    texts = ["x.", "y(1)", "def", "f(a, b) + f", ADD, "", "a b c d e f", "x"]
    for size in (2, 5):
        alone = [sets(text, size=size)[0] for text in texts]
        assert sets(*texts, size=size) == alone
        assert sets(*reversed(texts), size=size) == alone[::-1]


def test_short_texts_have_one_shingle_and_empty_ones_none():
    assert [len(found) for found in sets("x", "x = 1", "", "# only a comment")] == [1, 1, 0, 0]


def test_exact_numbers_tell_names_and_brackets_but_not_comments():
    found = shingle([ADD, ADD.replace("# the sum", "#"), RENAMED, "a * (b + c)", "a * b + c", ""], "python", 5).exact
    assert found[0] == found[1] != found[2]
    assert found[3] != found[4]
    assert found[5] == 0


def test_prose_counts_word_by_word():
    first, second, third = sets(
        "Sort a list, quickly now.", "sort a LIST quickly now", "sort a heap quickly now", language=TEXT
    )
    assert first == second != third


def test_a_batch_of_nothing_has_nothing():
    found = shingle(["", ""], "python", 5)
    assert len(found.hashes) == 0
    assert np.array_equal(found.starts, [0, 0, 0])
