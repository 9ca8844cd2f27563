"""The scripted interpreter."""

from aiev_interpreter import Cell, ExecutionResult, Job, Matrix, MatrixResult, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter


async def test_the_scripted_interpreter_gives_its_results_in_order():
    result = ExecutionResult(verdict=Verdict.OK, exit_code=0)
    scripted = ScriptedInterpreter([result])
    assert await scripted.execute(Job("", "")) is result
    assert len(scripted.jobs) == 1


async def test_matrices_have_a_script_of_their_own():
    matrix = Matrix(("x = 1",), ("assert x == 1",))
    scripted = ScriptedInterpreter([], lambda asked: MatrixResult(cells=((Cell.PASSED,) * len(asked.suites),)))
    assert (await scripted.execute_matrix(matrix)).cells == ((Cell.PASSED,),)
    assert scripted.matrices == [matrix]
