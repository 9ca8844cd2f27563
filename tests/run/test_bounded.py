"""Bounds on executions and installs, with an interpreter that only notes what runs at once."""

import asyncio

import pytest

from aiev.run.bounded import bounded
from aiev_interpreter.matrix import Matrix, MatrixResult
from aiev_interpreter.protocol import ExecutionResult, Job, Verdict


class Noting:
    """Runs a job for a moment, and notes the most that ever ran at once."""

    name = image = notice = "noting"

    def __init__(self):
        self.now = {"plain": 0, "install": 0}
        self.most = {"plain": 0, "install": 0, "all": 0}

    async def execute(self, job, *, owner=""):
        kind = "install" if job.requirements else "plain"
        self.now[kind] += 1
        self.most[kind] = max(self.most[kind], self.now[kind])
        self.most["all"] = max(self.most["all"], sum(self.now.values()))
        try:
            await asyncio.sleep(0.01)
        finally:
            self.now[kind] -= 1
        return ExecutionResult(verdict=Verdict.OK, exit_code=0)

    async def execute_matrix(self, matrix, *, owner=""):
        await self.execute(matrix, owner=owner)
        return MatrixResult()

    async def release(self, owner):
        pass

    async def close(self):
        pass


def jobs():
    plain = [Job(program=f"x = {number}", tests="assert x") for number in range(12)]
    return plain + [Job(program="import six", tests="assert six", requirements=("six",)) for _ in range(12)]


@pytest.mark.parametrize(
    ("executions", "installs", "most"),
    [
        (0, 0, {"plain": 12, "install": 12, "all": 24}),
        (4, 0, {"all": 4}),
        (0, 2, {"plain": 12, "install": 2, "all": 14}),
        (6, 2, {"plain": 6, "install": 2, "all": 6}),
    ],
)
async def test_no_more_run_at_once_than_the_bounds_allow_and_all_run(executions, installs, most):
    inner = Noting()
    interpreter = bounded(inner, executions, installs)
    results = await asyncio.gather(*(interpreter.execute(job) for job in jobs()))
    assert len(results) == 24
    assert {kind: inner.most[kind] for kind in most} == most


async def test_an_execution_that_is_cancelled_gives_its_place_back():
    inner = Noting()
    interpreter = bounded(inner, executions=1, installs=1)
    waiting = [asyncio.create_task(interpreter.execute(job)) for job in jobs()]
    await asyncio.sleep(0.005)
    for task in waiting[:-1]:
        task.cancel()
    assert (await waiting[-1]).verdict is Verdict.OK
    assert inner.most["all"] == 1


async def test_a_matrix_takes_the_place_of_one_program():
    inner = Noting()
    interpreter = bounded(inner, executions=3, installs=2)
    matrices = [Matrix(("x = 1",), requirements=("six",) * (number % 2)) for number in range(8)]
    await asyncio.gather(
        *(interpreter.execute_matrix(matrix) for matrix in matrices), *(interpreter.execute(job) for job in jobs())
    )
    assert inner.most == {"plain": inner.most["plain"], "install": 2, "all": 3}
