"""An interpreter that answers from a script: for tests of the machinery, never a default."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aiev_interpreter.protocol import ExecutionResult, Job

Script = Iterable[ExecutionResult] | Callable[[Job], ExecutionResult]


class ScriptedInterpreter:
    """Answers each job with the next result of `script`, or with what a callable makes of the job."""

    name = "scripted"
    image = "scripted"

    def __init__(self, script: Script) -> None:
        self.jobs: list[Job] = []
        self._answer = script if callable(script) else None
        self._results = iter(()) if callable(script) else iter(script)

    async def execute(self, job: Job, *, owner: str = "") -> ExecutionResult:  # noqa: ARG002 - there is no sandbox
        """The next result of the script; raises StopAsyncIteration when it has run out."""
        self.jobs.append(job)
        result = self._answer(job) if self._answer else next(self._results, None)
        if result is None:
            raise StopAsyncIteration("the script has no result left")
        return result

    async def release(self, owner: str) -> None:
        """Nothing to give back."""

    async def close(self) -> None:
        """Nothing to give back."""
