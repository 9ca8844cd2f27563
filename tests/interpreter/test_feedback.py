"""The feedback that a model is shown of a result."""

import pytest

from aiev_interpreter import ExecutionResult, Verdict
from aiev_interpreter.feedback import render_feedback


def test_feedback_never_speaks_of_infra():
    with pytest.raises(ValueError, match="never shown"):
        render_feedback(ExecutionResult(verdict=Verdict.INFRA, exit_code=None))


def test_feedback_keeps_the_end_of_a_long_error():
    result = ExecutionResult(verdict=Verdict.ERROR, exit_code=1, stderr="start " + "x" * 5000 + " ValueError: end")
    text = render_feedback(result, limit=400)
    assert text.startswith("start")
    assert text.endswith("ValueError: end")
    assert len(text) < 500


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.INFRA])
def test_feedback_always_has_words(verdict):
    assert render_feedback(ExecutionResult(verdict=verdict, exit_code=None))


def test_what_was_not_installed_is_said_before_the_error_and_not_after_a_success():
    refused = ("-r requirements.txt: files are not read",)
    failed = ExecutionResult(verdict=Verdict.ERROR, exit_code=1, stderr="ModuleNotFoundError: x")
    words = "Not installed: -r requirements.txt: files are not read\nModuleNotFoundError: x"
    assert render_feedback(failed, refused=refused) == words
    passed = ExecutionResult(verdict=Verdict.OK, exit_code=0, assertions=1)
    assert render_feedback(passed, refused=refused) == render_feedback(passed)


def test_a_long_list_of_refusals_does_not_hide_the_error():
    failed = ExecutionResult(verdict=Verdict.ERROR, exit_code=1, stderr="ValueError")
    text = render_feedback(failed, refused=[f"line {n}: why" for n in range(100)])
    assert text.count("Not installed") == 5
    assert text.endswith("ValueError")
