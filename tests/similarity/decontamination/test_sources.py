from aiev.similarity.decontamination.benchmarks import BenchmarkItem
from aiev.similarity.decontamination.sources import sources_of

HEAD, BODY = 'def f(x):\n    """Double x."""', "    return 2 * x"


def texts(*prompts, solution=BODY, entry_point="f"):
    item = BenchmarkItem("b", "1", prompts, solution, entry_point, "python")
    return [(source.text, source.language) for source in sources_of(item)]


def test_a_prompt_of_code_is_followed_by_its_solution():
    assert texts(HEAD) == [(f"{HEAD}\n{BODY}", "python")]


def test_a_prompt_in_prose_and_its_solution_are_apart():
    assert texts("Double x.") == [("Double x.", "text"), (BODY, "python")]


def test_what_stands_before_the_function_in_question_is_left_out():
    assert texts(f"import os\n\n\n{HEAD}") == [(f"{HEAD}\n{BODY}", "python")]


def test_a_solution_that_is_a_whole_program_is_not_appended():
    assert texts(HEAD, solution="def f(x):\n    return x + x") == [(HEAD, "python")]


def test_an_item_without_a_solution_has_its_prompt():
    assert texts("Double x.", solution="") == [("Double x.", "text")]
