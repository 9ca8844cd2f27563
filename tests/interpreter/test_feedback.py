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
