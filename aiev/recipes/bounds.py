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


class BoundedInterpreter:
    """Runs at most `executions` programs at once, and `installs` of those that ask for packages; 0 is no bound."""

    def __init__(self, interpreter: Interpreter, executions: int = 0, installs: int = 0) -> None:
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
