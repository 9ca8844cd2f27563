from aiev.similarity.decontamination.benchmarks import BenchmarkItem
from aiev.similarity.decontamination.hits import hit, verdict

ONE, TWO = (BenchmarkItem("b", name, (), "", "", "python") for name in ("1", "2"))


def test_no_hits_keep_a_text():
    assert verdict([]) is None


def test_the_strongest_hit_comes_first_and_only_the_best_of_each_item_and_test_stays():
    found = verdict(
        [
            hit(ONE, "ngram", "prompt", 0.9, "a"),
            hit(ONE, "ngram", "solution", 0.95, "b"),
            hit(TWO, "levenshtein", "prompt", 0.91, "c"),
            hit(ONE, "levenshtein", "prompt", 0.92, "d"),
        ]
    )
    assert [one.piece for one in found.hits] == ["d", "c", "b"]
    assert str(found) == "b 1: levenshtein of prompt, 0.92: d"


def test_long_evidence_is_cut():
    assert hit(ONE, "ngram", "prompt", 1, "x" * 500).piece == "x" * 157 + "..."
