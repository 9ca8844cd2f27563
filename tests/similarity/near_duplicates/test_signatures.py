import pytest

from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.signatures import BANDS, jaccard, sign

LOOP = "for item in items:\n    total += item.price * 2\n    if total > limit:\n        break\n"
TEXTS = [LOOP, "Sum the prices of all items until a limit.", LOOP.replace("2", "3"), ""]
LANGUAGES = ["python", TEXT, "javascript", "python"]


def test_a_signature_depends_on_the_text_and_its_language_alone():
    together = list(sign(TEXTS, LANGUAGES).rows())
    assert together == [row for text, own in zip(TEXTS, LANGUAGES, strict=True) for row in sign([text], [own]).rows()]


def test_texts_that_differ_in_comments_and_layout_alone_have_equal_signatures():
    one, other = sign([LOOP, "# sum\n" + LOOP.replace("    ", "\t")], ["python"] * 2).rows()
    assert one == other


def test_other_names_give_the_same_set_and_keys_but_are_not_exact():
    one, other = sign([LOOP, LOOP.replace("total", "found")], ["python"] * 2).rows()
    assert one[0] != other[0]
    assert one[1:] == other[1:]


def test_keys_fit_into_small_integers():
    signatures = sign([LOOP], ["python"])
    assert signatures.keys.shape == (1, BANDS)
    assert int(signatures.keys.max()) < 1 << 60


@pytest.mark.parametrize(
    ("one", "other", "similarity"), [((), (), 0), ((1,), (), 0), ((1, 2), (1, 2), 1), ((1, 2, 3), (2, 3, 4), 0.5)]
)
def test_jaccard_similarity_is_the_share_of_common_shingles(one, other, similarity):
    first, second = (b"".join(number.to_bytes(4, "little") for number in numbers) for numbers in (one, other))
    assert jaccard(first, second) == similarity
