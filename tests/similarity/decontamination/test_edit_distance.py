import random

from rapidfuzz.distance import Levenshtein

from aiev.similarity.decontamination.edit_distance import BlockIndex


def test_no_similar_pair_is_passed_over():
    rng = random.Random(5)
    pieces = ["".join(rng.choices("abc é\U0001f600", k=rng.randrange(30, 200))) for _ in range(60)]
    texts = list(pieces)
    for piece in pieces:
        for edits in (1, 4, len(piece) // 10):
            letters = list(piece)
            for _ in range(edits):
                at = rng.randrange(len(letters))
                letters[at : at + rng.randrange(2)] = rng.choices("abz ", k=rng.randrange(3))
            texts.append("".join(letters))
    for similarity in (0.9, 0.8):
        found = set(BlockIndex(pieces, similarity).candidates(texts))
        for place, text in enumerate(texts):
            for number, piece in enumerate(pieces):
                if Levenshtein.normalized_similarity(text, piece) >= similarity:
                    assert (place, number) in found


def test_unlike_strings_are_not_compared():
    pieces = ["the quick brown fox jumps over the lazy dog", "pack my box with five dozen liquor jugs"]
    assert BlockIndex(pieces, 0.9).candidates(["something else altogether, of that length", "short", ""]) == []
