import json
import math

import pytest
from bench import figures as bench
from precision.known_dialogues import RIGHT, WRONG
from precision.outcomes import read_dialogues
from precision.picture import draw
from precision.report import by_policy, figures, markdown, times_the_tokens


def test_a_figure_is_held_to_its_target_and_says_out_of_how_many(db, oracle, capsys):
    found = {one.name: one for one in figures(read_dialogues(db, oracle))}
    assert (found["tests, both, precision"].value, found["tests, both, precision"].target) == (0.5, None)
    assert found["verified, HumanEval, recall"].target == 0.70
    assert found["verified, HumanEval, precision"].against == "1 of 1"
    bench.report("precision", found.values())
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["bench"] == "precision"


def test_tokens_of_the_wrong_and_the_discarded_are_paid_for_by_the_right(db, oracle):
    policies = by_policy(read_dialogues(db, oracle))
    assert times_the_tokens(policies) == pytest.approx(460 / (6 * 110 / 2))
    assert math.isnan(times_the_tokens({"tests": policies["tests"]}))


def test_tables_tell_thresholds_pieces_and_what_replies_were_for(talk):
    evidence = {"lines_run": 1, "lines": 2}
    text = markdown([talk("HumanEval/1", RIGHT, evidence=evidence), talk("MBPP/1", WRONG, evidence=evidence)])
    assert "| verified | HumanEval | 1 | 1 | 1 of 1 = 1.00 [0.21, 1.00] |" in text
    assert "| mutation score | MBPP | 0.90 | 0 of 1 = 0.00 [0.00, 0.79] | 0 of 0 |" in text
    assert "Chosen on HumanEval: mutation score 0.00, agreement 0.00." in text
    assert "verified: 1 of 1 wrong acceptances rest on a single assertion" in text


def test_nothing_gives_no_figure(talk):
    assert figures([]) == []
    assert markdown([], ["mbpp is skipped"]) == "- mbpp is skipped\n"


def test_the_picture_is_the_same_for_the_same_figures(talk, tmp_path):
    pytest.importorskip("matplotlib")
    listed = [talk("HumanEval/1", RIGHT, evidence={}), talk("MBPP/1", WRONG, evidence={}, policy="verified")]
    for name in ("a.svg", "b.svg"):
        draw(listed, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "policy verified" in (tmp_path / "a.svg").read_text()
