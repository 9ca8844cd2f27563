from support.benchmark_item import ITEM, hits

from aiev.similarity.decontamination.benchmarks import BenchmarkItem
from aiev.similarity.lexing import TEXT


def test_the_same_code_under_other_names_is_found():
    text = (
        "def f(s):\n    # other\n    ws = s.split()\n    cs = [w for w in ws if (w[0].isupper())]\n    return len(cs)\n"
    )
    found = hits(f"import os\n\n\ndef helper():\n    return os.name\n\n\n{text}")
    assert found["renamed"].of == "solution"
    assert found["renamed"].similarity >= 0.8


def test_half_of_the_code_is_not_enough():
    assert "renamed" not in hits(ITEM.solution.partition("    return")[0].replace("words", "ws")[:90])


def test_code_of_few_shingles_is_not_looked_for():
    item = BenchmarkItem("b", "1", ("Double it, please.",), "def twice(x):\n    return 2 * x\n", "", "python")
    assert hits("def f(y):\n    return 2 * y\n", item=item) == {}


def test_prose_holds_no_code():
    assert "renamed" not in hits(ITEM.solution, TEXT)
