import pytest
from support.benchmark_item import hits

from aiev.similarity.lexing import TEXT


def test_a_function_of_that_name_described_in_its_words_is_found():
    text = 'def countCapitals(text):\n    """Count words that begin with a capital letter: how many of a sentence?"""\n'
    found = hits(f"{text}    return sum(map(str.istitle, text.split()))\n")
    assert found["entry_point"].similarity >= 0.7
    assert "entry_point" not in hits(text.replace("countCapitals", "other"))


def test_a_problem_that_names_the_function_is_found():
    words = "Please count the words of a sentence: how many begin with a capital letter? Function: `count_capitals`."
    assert "entry_point" in hits(words, TEXT)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "// Count words of a sentence: how many begin with a capital letter.\nfunction {}(s) {{\n}}"),
        ("go", "// Count words of a sentence: how many begin with a capital letter.\nfunc {}(s string) int {{\n}}"),
        ("bash", "# Count words of a sentence: how many begin with a capital letter.\n{}() {{\n  echo\n}}"),
    ],
)
def test_functions_of_other_languages_are_found_by_their_names(language, text):
    assert "entry_point" in hits(text.format("countCapitals"), language)
    assert "entry_point" not in hits(text.format("other"), language)
