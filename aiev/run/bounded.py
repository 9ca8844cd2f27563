"""Bounds of a run's own on what runs at once in the sandbox, beside those that the sandbox has anyway.

Invariant: a program that asks for packages takes its place among the installs first and among the executions then, so
that installs never wait for each other's programs.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job


def bounded(interpreter: Interpreter, executions: int, installs: int) -> Interpreter:
    """An interpreter that runs at most so many programs at once, and so many of those that ask for packages.

    Args:
        interpreter: runs them.
        executions: programs at once; 0 is no bound.
        installs: likewise, of those that ask for packages.
    """
    return _Bounded(interpreter, executions, installs) if executions or installs else interpreter


class _Bounded:
    def __init__(self, interpreter: Interpreter, executions: int, installs: int) -> None:
        self.name = interpreter.name
        self.image = interpreter.image
        self._interpreter = interpreter
        self._executions = _bound(executions)
        self._installs = _bound(installs)

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:
        """See `Interpreter.execute`."""
        async with self._installs if job.requirements else nullcontext(), self._executions:
            return await self._interpreter.execute(job, owner=owner)

    async def release(self, owner: str) -> None:
        """See `Interpreter.release`."""
        await self._interpreter.release(owner)

    async def close(self) -> None:
        """See `Interpreter.close`."""
        await self._interpreter.close()


def _bound(most: int) -> AbstractAsyncContextManager[None]:
    return asyncio.Semaphore(most) if most else nullcontext()
