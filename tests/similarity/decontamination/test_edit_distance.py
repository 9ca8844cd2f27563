import random

from rapidfuzz.distance import Levenshtein
from support.benchmark_item import ITEM, hits

from aiev.similarity.decontamination.benchmarks import BenchmarkItem
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.decontamination.edit_distance import BlockIndex
from aiev.similarity.lexing import TEXT


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


def test_code_with_few_edits_is_similar_and_with_more_is_not():
    few, many = ITEM.solution.replace("capitals =", "capitals_=", 1), ITEM.solution.replace("word", "w")
    assert 0.9 < hits(few)["levenshtein"].similarity < 1
    assert "levenshtein" not in hits(many)


def test_the_threshold_itself_is_no_hit():
    item = BenchmarkItem("b", "1", ("abcdefghi " * 10,), "", "", "python")
    changed = ("abcdefghi " * 10).replace("i a", "x a", 9).replace("ghi", "gzi", 0)
    (found,) = Decontaminator([item], similarity=0.9).judge_texts([changed], [TEXT])
    assert found is not None
    (found,) = Decontaminator([item], similarity=0.95).judge_texts([changed], [TEXT])
    assert found is None


def test_documentation_matches_after_renaming(index, humaneval):
    item = humaneval[0]
    text = item.prompts[0].replace("has_close_elements", "nearby").replace("numbers", "xs").replace("threshold", "eps")
    (found,) = index.judge_texts([f"{text}\n    pass\n"], ["python"])
    assert "HumanEval/0" in {hit.item for hit in found.hits}
