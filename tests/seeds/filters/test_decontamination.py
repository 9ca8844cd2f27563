import pytest

from aiev.seeds.filters.decontamination import DecontaminationFilter
from aiev.seeds.snippet import FUNCTION, Snippet
from aiev.similarity.decontamination.benchmarks import load_benchmarks
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.similarity.settings import DecontaminationSettings

TWICE = 'def twice(numbers):\n    """Double."""\n    return [number * 2 for number in numbers if number]\n'


@pytest.mark.parametrize("kind", ["function", "problem"])
def test_what_resembles_a_benchmark_is_dropped_with_the_evidence(kind):
    items = load_benchmarks(DecontaminationSettings(benchmarks=("humaneval",)))
    judge = DecontaminationFilter(Decontaminator(items)).judge
    kept, dropped = judge([Snippet(FUNCTION, TWICE), Snippet(kind, items[3].prompts[0])])
    assert kept is None
    assert dropped.reason == "contaminated"
    assert dropped.detail.startswith("humaneval HumanEval/3: substring of prompt, 1.00: you re given a list of deposit")
    assert "\n" not in dropped.detail
