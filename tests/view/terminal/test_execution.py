from aiev.run.execute_once import Executed
from aiev.store.records import EvidenceRecord
from aiev.view.terminal.execution import execution_text
from aiev_interpreter.protocol import ExecutionResult, Verdict


def test_a_result_shows_verdict_cost_and_output_and_nothing_steers_the_terminal():
    result = ExecutionResult(
        Verdict.ERROR,
        1,
        "out \x1b[2J\n",
        "err\n",
        wall_seconds=1.5,
        peak_memory_bytes=2_000_000,
        detail="x",
        backend="b",
    )
    assert execution_text(Executed(result, ())) == "error: x (b, 1.50 s, 2 MB)\nout \\x1b[2J\nerr"


def test_empty_output_takes_no_line():
    assert execution_text(Executed(ExecutionResult(Verdict.OK, 0, detail="fine"), ())).count("\n") == 0


def test_a_reason_that_the_evidence_says_already_is_not_repeated():
    evidence = EvidenceRecord(
        "c1",
        "unverified",
        sentence="unverified: 1 of 3 independent solutions agree",
        round=1,
        detail={"reasons": ["1 of 3 independent solutions agree", "two runs gave different values"]},
    )
    text = execution_text(Executed(ExecutionResult(Verdict.OK, 0, detail="fine"), (), evidence))
    assert text.splitlines()[1:] == [evidence.sentence, "two runs gave different values"]
