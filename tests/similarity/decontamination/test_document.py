import pytest

from aiev.similarity.decontamination.document import document_of
from aiev.similarity.lexing import TEXT

SUM = '''import math

def add_all(numbers, start=0):
    """Add all Numbers to start."""
    # one by one
    return sum(numbers, 'x' + start)
'''


def test_documentation_and_code_are_apart_and_normalised():
    found = document_of(SUM, "python")
    assert found.documentation == "add all numbers to start one by one"
    assert found.code == 'defadd_all(numbers,start=0):returnsum(numbers,"x"+start)'
    assert found.body == 'returnsum(numbers,"x"+start)'
    assert found.entry_point == "addall"


def test_the_names_of_the_function_and_its_arguments_are_replaced_in_the_documentation():
    assert document_of(SUM, "python").renamed == "add all argument0 to argument1 one by one"


def test_all_of_prose_is_documentation():
    found = document_of("Add ALL numbers:\n  def f(x)", TEXT)
    assert found.documentation == found.renamed == "add all numbers def f x"
    assert (found.code, found.body, found.entry_point) == ("", "", "")


def test_code_without_a_function_has_no_body():
    found = document_of("x = 1  # one", "python")
    assert (found.documentation, found.code, found.body) == ("one", "x=1", "")


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("javascript", "/* Sum. */\nfunction sum_all(a, b) {\n  return a + b; // fast\n}", "sumall"),
        ("rust", "// Sum.\nfn sum_all(a: u8) -> u8 {\n    a // fast\n}", "sumall"),
        ("bash", "# Sum.\nsum_all() {\n  echo 1 # fast\n}", "sumall"),
    ],
)
def test_comments_of_other_languages_are_documentation(language, text, name):
    found = document_of(text, language)
    assert found.documentation == "sum fast"
    assert found.entry_point == name
    assert "fast" not in found.code
