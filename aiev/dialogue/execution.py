"""One execution of a dialogue: run until the sandbox gives a real verdict, named and in the form that is stored.

Invariant: a result that leaves this module never has the verdict `infra`.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from aiev.errors import AievError
from aiev.store.records import ExecutionRecord
from aiev.store.writing.statements import columns
from aiev_agents.encoding import encode
from aiev_interpreter.protocol import ExecutionResult, Job, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_interpreter.protocol import Interpreter

PAUSES_SECONDS = (0.5, 2.0, 8.0)


class SandboxFailedError(AievError):
    """The sandbox failed every time; the dialogue failed, its program was not judged."""


async def run_until_real(
    interpreter: Interpreter, job: Job, pauses: Sequence[float] = PAUSES_SECONDS
) -> ExecutionResult:
    """Execute `job`, and again after each of `pauses` (seconds) while the verdict is `infra`.

    Raises:
        SandboxFailedError: the last try failed as well.
    """
    for pause in (*pauses, None):
        result = await interpreter.execute(job)
        if result.verdict is not Verdict.INFRA:
            return result
        if pause is not None:
            await asyncio.sleep(pause)
    raise SandboxFailedError(f"sandbox failure: {result.detail or result.stderr or 'no detail'}")


def job_hash(job: Job, image: str) -> str:
    """SHA-256 of a job's canonical form together with the image that it runs in."""
    fields = columns(job) | {"limits": columns(job.limits)}
    return hashlib.sha256(encode({"job": fields, "image": image})).hexdigest()


def execution_record(
    round_number: int, job: Job | None, result: ExecutionResult, *, name: str, verdict: str
) -> ExecutionRecord:
    """The stored form of one round, `name` being the job's hash; a round without a job holds no program."""
    return ExecutionRecord(
        round=round_number,
        job_hash=name,
        program=job.program if job else "",
        tests=job.tests if job else "",
        requirements=job.requirements if job else (),
        **columns(result) | {"verdict": verdict},
    )


def execution_result(record: ExecutionRecord) -> ExecutionResult:
    """The result that a stored round came from."""
    names = ExecutionResult.__dataclass_fields__.keys() - {"verdict"}
    return ExecutionResult(verdict=Verdict(record.verdict), **{name: getattr(record, name) for name in names})
