"""A run's own bounds on concurrent executions and installs, beside those of the sandbox.

Invariant: a program that asks for packages first acquires an install slot, then an execution slot.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from aiev_interpreter.matrix import Matrix, MatrixResult
    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job


def bounded(interpreter: Interpreter, executions: int, installs: int) -> Interpreter:
    """An interpreter with bounds on concurrency.

    Args:
        interpreter: runs the programs.
        executions: most programs at once; 0 sets no bound.
        installs: most programs that ask for packages at once; 0 sets no bound.
    """
    return _Bounded(interpreter, executions, installs) if executions or installs else interpreter


class _Bounded:
    def __init__(self, interpreter: Interpreter, executions: int, installs: int) -> None:
        self.name = interpreter.name
        self.image = interpreter.image
        self.notice = interpreter.notice
        self._interpreter = interpreter
        self._executions = _bound(executions)
        self._installs = _bound(installs)

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """See `Interpreter.execute`."""
        async with self._installs if job.requirements else nullcontext(), self._executions:
            return await self._interpreter.execute(job, owner=owner)

    async def execute_matrix(self, matrix: Matrix, *, owner: str = "") -> MatrixResult:
        """See `Interpreter.execute_matrix`; a matrix counts as one program."""
        async with self._installs if matrix.requirements else nullcontext(), self._executions:
            return await self._interpreter.execute_matrix(matrix, owner=owner)

    async def release(self, owner: str) -> None:
        """See `Interpreter.release`."""
        await self._interpreter.release(owner)

    async def close(self) -> None:
        """See `Interpreter.close`."""
        await self._interpreter.close()


def _bound(most: int) -> AbstractAsyncContextManager[None]:
    return asyncio.Semaphore(most) if most else nullcontext()
