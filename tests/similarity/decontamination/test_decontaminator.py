import pytest
from bench.planting import CHANGES, clean_functions

from aiev.similarity.decontamination.benchmarks import BenchmarkItem
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
ITEM = BenchmarkItem(
    benchmark="b",
    id="1",
    prompts=("Write a function to count how many words of a sentence begin with a capital letter.",),
    solution="def count_capitals(sentence):\n    words = sentence.split()\n"
    "    capitals = [word for word in words if word[0].isupper()]\n    return len(capitals)\n",
    entry_point="count_capitals",
    language="python",
)


def hits(text, language="python", item=ITEM):
    (found,) = Decontaminator([item]).judge_texts([text], [language])
    return {hit.test: hit for hit in found.hits} if found else {}


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


def test_all_words_of_a_prompt_in_a_row_are_a_substring():
    found = hits(f"# Task: {ITEM.prompts[0].upper()}\n# Go on.\nx = 1\n")
    assert found["substring"].of == "prompt"
    assert found["substring"].similarity == 1
    assert found["substring"].piece.startswith("write a function to count how many")


def test_ten_words_in_a_row_are_enough_and_nine_are_not():
    assert hits("to count how many words of a sentence begin with", TEXT)["ngram"].piece == (
        "to count how many words of a sentence begin with"
    )
    assert hits("to count how many words of a sentence begin by", TEXT) == {}


def test_ten_words_of_boilerplate_are_not_enough():
    item = BenchmarkItem(
        "b", "1", (), "for i in range(n):\n    for j in range(n):\n        print(i, j, 1, 2)\n", "", "python"
    )
    assert hits("for i in range(n):\n    for j in range(n):\n        print(i, j, 3, 4)\n", item=item) == {}


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


def test_the_same_code_under_other_names_is_found():
    text = (
        "def f(s):\n    # other\n    ws = s.split()\n    cs = [w for w in ws if (w[0].isupper())]\n    return len(cs)\n"
    )
    found = hits(f"import os\n\n\ndef helper():\n    return os.name\n\n\n{text}")
    assert found["renamed"].of == "solution"
    assert found["renamed"].similarity >= 0.8


def test_a_function_of_that_name_described_in_its_words_is_found():
    text = 'def countCapitals(text):\n    """Count words that begin with a capital letter: how many of a sentence?"""\n'
    found = hits(f"{text}    return sum(map(str.istitle, text.split()))\n")
    assert found["entry_point"].similarity >= 0.7
    assert "entry_point" not in hits(text.replace("countCapitals", "other"))


def test_a_problem_that_names_the_function_is_found():
    words = "Please count the words of a sentence: how many begin with a capital letter? Function: `count_capitals`."
    assert "entry_point" in hits(words, TEXT)


def test_documentation_matches_after_renaming(index, humaneval):
    item = humaneval[0]
    text = item.prompts[0].replace("has_close_elements", "nearby").replace("numbers", "xs").replace("threshold", "eps")
    (found,) = index.judge_texts([f"{text}\n    pass\n"], ["python"])
    assert "HumanEval/0" in {hit.item for hit in found.hits}


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
