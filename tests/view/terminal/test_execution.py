from aiev.run.execute_once import Executed
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
