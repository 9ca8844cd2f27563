import pytest

from aiev.seeds.distinct import DecontaminationFilter, NearDuplicateFilter
from aiev.seeds.extract import Snippet
from aiev.similarity.decontamination.benchmarks import load_benchmarks
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.near_duplicates.index import NearDuplicates
from aiev.similarity.settings import DecontaminationSettings

TWICE = 'def twice(numbers):\n    """Double."""\n    return [number * 2 for number in numbers if number]\n'


def snippet(content, kind="function", line=1, language="python"):
    return Snippet(kind, content, path="a.py", line=line, name="f", language=language)


def test_near_duplicates_are_dropped_with_what_they_repeat():
    judge = NearDuplicateFilter(NearDuplicates()).judge
    first = judge([snippet(TWICE, line=7), snippet(TWICE.replace("Double", "Two times"))])
    assert first[0] is None
    assert (first[1].reason, first[1].detail) == ("duplicate", "equal to a.py:7 f")
    (again,) = judge([snippet(TWICE.replace("numbers", "items").replace("number", "item"))])
    assert (again.reason, again.detail) == ("near_duplicate", "similarity 1.00 to a.py:7 f")


@pytest.mark.parametrize("kind", ["function", "problem"])
def test_what_resembles_a_benchmark_is_dropped_with_the_evidence(kind):
    items = load_benchmarks(DecontaminationSettings(benchmarks=("humaneval",)))
    judge = DecontaminationFilter(Decontaminator(items)).judge
    kept, dropped = judge([snippet(TWICE), snippet(items[3].prompts[0], kind=kind)])
    assert kept is None
    assert dropped.reason == "contaminated"
    assert dropped.detail.startswith("humaneval HumanEval/3: substring of prompt, 1.00: you re given a list of deposit")
    assert "\n" not in dropped.detail
