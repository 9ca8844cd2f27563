import pytest
from bench.planting import clean_functions, reformatted, renamed

from aiev.similarity.batches import batched
from aiev.similarity.lexing import TEXT
from aiev.similarity.near_duplicates.index import NearDuplicates, keep_best

SORT = '''def sort_pairs(pairs, reverse):
    """Sort pairs by their second member."""
    found = sorted(pairs, key=lambda pair: pair[1])
    if reverse:
        found.reverse()
    return [first for first, second in found if second is not None]
'''


@pytest.fixture(scope="module")
def functions():
    return list(clean_functions(600))


def judged(texts, size=256, threshold=0.7):
    index = NearDuplicates(threshold)
    batches = batched(enumerate(texts), size)
    return [
        verdict
        for batch in batches
        for verdict in index.judge_texts(
            [text for _, text in batch], ["python"] * len(batch), [str(n) for n, _ in batch]
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        SORT.replace("    ", "  "),
        SORT.replace("Sort pairs by their second member.", "Something else."),
        SORT.replace("    if", "    # why\n    if"),
    ],
)
def test_comments_documentation_and_layout_make_no_difference(text):
    kept, dropped = judged([SORT, text])
    assert kept is None
    assert (dropped.of, dropped.similarity, dropped.reason) == ("0", 1.0, "duplicate")


def test_other_names_make_a_near_duplicate():
    dropped = judged([SORT, renamed(SORT, "")])[1]
    assert (dropped.of, dropped.exact, dropped.similarity, dropped.reason) == ("0", False, 1.0, "near_duplicate")
    assert str(dropped) == "similarity 1.00 to 0"


def test_a_small_change_is_still_a_near_duplicate_with_its_true_similarity():
    longer = SORT + "".join(f"    call_{n}(pairs, {n})\n" for n in range(20))
    dropped = judged([longer, longer.replace("call_7", "other")])[1]
    assert 0.8 < dropped.similarity < 1


def test_texts_below_the_threshold_stay():
    longer = SORT + "".join(f"    call_{n}(pairs, {n})\n" for n in range(20))
    assert judged([longer, longer.replace("call_7", "other")], threshold=0.99) == [None, None]


def test_a_dropped_text_draws_nobody_else_after_it():
    lines = [f"    call_{n}(first_{n}, {n})\n" for n in range(40)]
    steps = ["def f(x):\n" + "".join([f"    new_{n}(x, {n})\n" for n in range(at)] + lines[at:]) for at in (0, 5, 10)]
    assert [verdict is None for verdict in judged(steps)] == [True, False, True]


@pytest.mark.parametrize(("change", "share"), [(renamed, 0.88), (reformatted, 0.95)])
def test_real_functions_that_are_planted_again_are_found(functions, change, share):
    alone = [text for text, verdict in zip(functions, judged(functions), strict=True) if verdict is None][:300]
    found = judged(alone + [change(text, "") for text in alone])
    assert found[: len(alone)] == [None] * len(alone)
    assert sum(verdict is not None for verdict in found[len(alone) :]) >= share * len(alone)


def test_verdicts_do_not_depend_on_the_batches(functions):
    texts = functions + [text.replace("self", "this") for text in functions[::3]]
    reference = [verdict is None for verdict in judged(texts, size=len(texts))]
    assert not all(reference)
    for size in (200, 37):
        assert [verdict is None for verdict in judged(texts, size=size)] == reference


def test_of_several_near_duplicates_the_nearest_is_named_whatever_the_batches():
    lines = [f"    call_{n}(first_{n}, {n})\n" for n in range(40)]
    far, near, text = ("def f(x):\n" + "".join(some) for some in (lines[:30], lines[6:], lines))
    for size in (1, 2, 3):
        assert [verdict and verdict.of for verdict in judged([far, near, text], size)] == [None, None, "1"]


def test_what_a_database_has_counts_as_kept():
    index = NearDuplicates()
    index.remember([("seed s1 of a.db", SORT, "python")])
    assert len(index) == 1
    (dropped,) = index.judge_texts([renamed(SORT, "")], ["python"])
    assert dropped.of == "seed s1 of a.db"


def test_languages_are_lexed_each_in_its_own_way():
    texts = [
        "int f(int a) { return a + 1; } // x",
        SORT,
        "Sort the pairs.",
        "int f(int b) {\n  return b + 1;\n}",
        "sort, the pairs",
    ]
    verdicts = NearDuplicates().judge_texts(texts, ["java", "python", TEXT, "java", TEXT])
    assert [verdict.of if verdict else None for verdict in verdicts] == [None, None, None, "#0", "#2"]


@pytest.mark.parametrize("texts", [["", ""], ["# one", "# two"], ["", "x = 1"]])
def test_texts_without_code_are_compared_as_they_are(texts):
    assert [verdict is None for verdict in judged(texts)] == [True, texts[0] != texts[1]]


def test_the_best_of_near_duplicates_is_kept():
    texts = [SORT, "def other(x):\n    return [y * 2 for y in x]\n", renamed(SORT, ""), SORT + "\n"]
    verdicts = keep_best(texts, ["python"] * 4, [1.0, 0.0, 3.0, 3.0])
    assert [verdict.of if verdict else None for verdict in verdicts] == ["#2", None, None, "#2"]
