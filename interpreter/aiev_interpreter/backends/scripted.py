"""An interpreter that answers from a script, for tests and demos. It is never a default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from aiev_interpreter.matrix import Matrix, MatrixResult
from aiev_interpreter.protocol import ExecutionResult, Job

Script = Iterable[ExecutionResult] | Callable[[Job], ExecutionResult]
MatrixScript = Iterable[MatrixResult] | Callable[[Matrix], MatrixResult]
_Asked = TypeVar("_Asked")
_Result = TypeVar("_Result")


class ScriptedInterpreter:
    """Answers each job, and each matrix, with the next result of its script, or with what a callable returns for it."""

    name = "scripted"
    image = "scripted"
    notice = ""

    def __init__(self, script: Script, matrices: MatrixScript = ()) -> None:
        self.jobs: list[Job] = []
        self.matrices: list[Matrix] = []
        self._script = script if callable(script) else iter(script)
        self._matrices = matrices if callable(matrices) else iter(matrices)

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:  # noqa: ARG002 - there is no sandbox
        """The next result of the script; raises StopAsyncIteration when none is left."""
        self.jobs.append(job)
        return _next(self._script, job)

    async def execute_matrix(self, matrix: Matrix, *, owner: str = "") -> MatrixResult:  # noqa: ARG002 - likewise
        """The next result of the matrices' script; raises StopAsyncIteration when none is left."""
        self.matrices.append(matrix)
        return _next(self._matrices, matrix)

    async def release(self, owner: str) -> None:
        """Does nothing: there is no sandbox."""

    async def close(self) -> None:
        """Does nothing: there is no sandbox."""


def _next(script: Iterator[_Result] | Callable[[_Asked], _Result], asked: _Asked) -> _Result:
    result = script(asked) if callable(script) else next(script, None)
    if result is None:
        raise StopAsyncIteration("the script has no result left")
    return result
