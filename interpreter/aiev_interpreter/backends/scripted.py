"""An interpreter that answers from a script, for tests and demos. It is never a default."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aiev_interpreter.protocol import ExecutionResult, Job

Script = Iterable[ExecutionResult] | Callable[[Job], ExecutionResult]


class ScriptedInterpreter:
    """Answers each job with the next result of `script`, or with the result that a callable returns for it."""

    name = "scripted"
    image = "scripted"

    def __init__(self, script: Script) -> None:
        self.jobs: list[Job] = []
        self._answer = script if callable(script) else None
        self._results = iter(()) if callable(script) else iter(script)

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:  # noqa: ARG002 - there is no sandbox
        """The next result of the script; raises StopAsyncIteration when none is left."""
        self.jobs.append(job)
        result = self._answer(job) if self._answer else next(self._results, None)
        if result is None:
            raise StopAsyncIteration("the script has no result left")
        return result

    async def release(self, owner: str) -> None:
        """Does nothing: there is no sandbox."""

    async def close(self) -> None:
        """Does nothing: there is no sandbox."""
