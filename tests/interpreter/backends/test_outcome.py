"""Results from a supervisor's documents, forged ones included."""

import json

import pytest

from aiev_interpreter import Verdict
from aiev_interpreter.backends.outcome import parse_document, result_of
from aiev_interpreter.errors import SandboxError

DOCUMENT = {
    "ended_by": "",
    "exit_code": 0,
    "stdout": "",
    "stderr": "",
    "stdout_truncated": False,
    "stderr_truncated": False,
    "report": json.dumps({"assertions": 1, "completed": True}),
    "wall_seconds": 0.1,
    "cpu_seconds": 0.1,
    "peak_memory_bytes": 1,
    "stage": "run",
    "canary": "failed",
    "empty": [],
    "clean": True,
}


def verdict(**changes):
    return result_of(DOCUMENT | changes).verdict


def test_a_complete_report_with_an_assertion_is_ok():
    assert verdict() is Verdict.OK


@pytest.mark.parametrize(
    "report",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        '{"assertions": true, "completed": true}',
        '{"assertions": 3}',
        '{"assertions": 1, "completed": 1.5}',
        '{"assertions": 5, "completed": false}',
    ],
)
def test_a_report_that_is_missing_or_forged_is_never_ok(report):
    assert verdict(report=report) is Verdict.ERROR


def test_no_assertion_is_no_tests():
    assert verdict(report='{"assertions": 0, "completed": true}') is Verdict.NO_TESTS


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exit_code": 1}, Verdict.ERROR),
        ({"exit_code": -24}, Verdict.TIMEOUT),
        ({"exit_code": -9, "ended_by": "timeout"}, Verdict.TIMEOUT),
        ({"exit_code": -9, "ended_by": "output_limit"}, Verdict.OUTPUT_LIMIT),
        ({"exit_code": -9, "ended_by": "oom"}, Verdict.OOM),
        ({"exit_code": 1, "stderr": "x\nMemoryError"}, Verdict.OOM),
    ],
)
def test_limits_have_their_own_verdicts(changes, expected):
    assert verdict(**changes) is expected


def test_tests_that_cannot_fail_are_no_tests():
    assert verdict(canary="completed") is Verdict.NO_TESTS


def test_a_program_that_does_not_compile_is_told_so():
    result = result_of(DOCUMENT | {"exit_code": 1, "stage": "compile"})
    assert (result.verdict, result.detail) == (Verdict.ERROR, "compiling: exit code 1")


def test_no_document_is_a_timeout_or_oom_never_ok():
    assert result_of(None).verdict is Verdict.TIMEOUT
    assert result_of(None, oom=True).verdict is Verdict.OOM


@pytest.mark.parametrize("text", [b"not json", b"[]", b"{}", b'{"report": ""}'])
def test_an_answer_that_cannot_be_read_is_the_sandbox_s_failure(text):
    with pytest.raises(SandboxError):
        parse_document(text)


SITES = json.dumps({"assertions": 3, "completed": True, "sites": [[1, "assert True", 1], [4, "assert f(1) == 2", 2]]})


def test_an_assertion_that_holds_whatever_the_program_does_is_not_counted():
    result = result_of(DOCUMENT | {"report": SITES, "empty": [[1, "assert True", "raises"]]})
    assert (result.verdict, result.assertions, result.detail) == (
        Verdict.OK,
        2,
        "2 assertions held; 1 more prove nothing",
    )


def test_tests_whose_assertions_all_prove_nothing_are_no_tests_and_say_which_and_why():
    result = result_of(
        DOCUMENT | {"report": SITES, "empty": [[1, "assert True", "raises"], [4, "assert f(1) == 2", "constant"]]}
    )
    assert result.verdict is Verdict.NO_TESTS
    assert "`assert True` holds even when the program raises instead" in result.detail
    assert "`assert f(1) == 2` holds whatever value of the same type the program returns" in result.stderr


def test_a_program_that_crashes_when_it_runs_again_is_an_error():
    assert verdict(canary="crashed") is Verdict.ERROR
