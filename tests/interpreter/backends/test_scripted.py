"""The scripted interpreter."""

from aiev_interpreter import ExecutionResult, Job, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter


async def test_the_scripted_interpreter_gives_its_results_in_order():
    result = ExecutionResult(verdict=Verdict.OK, exit_code=0)
    scripted = ScriptedInterpreter([result])
    assert await scripted.execute(Job("", "")) is result
    assert len(scripted.jobs) == 1
