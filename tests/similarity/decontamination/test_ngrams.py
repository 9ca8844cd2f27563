from support.benchmark_item import ITEM, hits

from aiev.similarity.decontamination.benchmarks import BenchmarkItem
from aiev.similarity.lexing import TEXT


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


def test_an_n_gram_says_which_share_of_the_prompt_was_found():
    found = hits("Write a function to count how many words of a sentence", TEXT)
    assert "substring" not in found
    assert found["ngram"].similarity == round(2 / 7, 4)


def test_a_short_solution_is_not_looked_for():
    item = BenchmarkItem("b", "1", (), "return sorted(values, key=lambda value: value.price)", "", "python")
    assert "substring" not in hits(item.solution, item=item)
