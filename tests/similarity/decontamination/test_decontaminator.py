import pytest
from bench.planting import CHANGES, clean_functions
from support.benchmark_item import ITEM, hits

from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.lexing import TEXT

RECALL = {
    "verbatim": 164,
    "variables renamed": 160,
    "docstring reworded": 158,
    "formatting changed": 164,
    "all three at once": 135,
    "renamed, no docstring": 115,
    "prompt alone": 164,
    "prompt alone, reworded": 138,
    "solution's body alone": 118,
}
"""How many of HumanEval's 164 are found at least; docs/decontamination.md says how many are."""


@pytest.mark.parametrize("change", CHANGES)
def test_planted_items_are_found_with_their_own_number(index, humaneval, change):
    texts = [CHANGES[change](f"{item.prompts[0]}\n", f"{item.solution}\n") for item in humaneval]
    found = index.judge_texts(texts, ["python"] * len(texts))
    own = [
        verdict is not None and item.id in {hit.item for hit in verdict.hits}
        for verdict, item in zip(found, humaneval, strict=True)
    ]
    assert sum(own) >= RECALL[change]


def test_hardly_a_clean_function_is_taken_for_contaminated(index):
    texts = list(clean_functions(600))
    found = index.judge_texts(texts, ["python"] * len(texts))
    assert sum(verdict is not None for verdict in found) <= 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "/**\n * {}\n */\nfunction f(x) {{\n  return x;\n}}"),
        ("rust", "/// {}\nfn f(x: u8) -> u8 {{\n    x\n}}"),
        ("bash", '# {}\nf() {{\n  echo "$1"\n}}'),
        ("cpp", "// {}\nint f(int x) {{ return x; }}"),
    ],
)
def test_prompts_are_found_in_the_comments_of_other_languages(language, text):
    halves = ITEM.prompts[0].partition(" of ")
    found = hits(text.format(f"{halves[0]}\n *  # // {halves[1]}{halves[2]}"), language)
    assert found["substring"].item == "1"


def test_each_hit_says_where_it_comes_from():
    (verdict,) = Decontaminator([ITEM]).judge_texts([ITEM.solution], ["python"])
    assert verdict.reason == "contaminated"
    assert str(verdict).startswith("b 1: substring of solution, 1.00: def count_capitals sentence words")


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "x" * 100_000, "(" * 50_000, '"""' * 1000, "\0", "# " * 9, '"' + '\\"' * 99_999]
)
def test_strange_texts_are_clean(index, text):
    for language in ("python", "go", TEXT):
        assert index.judge_texts([text], [language]) == [None]


def test_without_items_everything_is_clean():
    assert Decontaminator([]).judge_texts([ITEM.solution, "x"], ["python", TEXT]) == [None, None]
    assert Decontaminator([ITEM]).judge_texts([], []) == []
