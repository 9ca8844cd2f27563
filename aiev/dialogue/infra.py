"""Keeps failures of the sandbox itself away from the dialogue.

Invariant: a result that leaves this module never has the verdict `infra`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiev.errors import AievError
from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

PAUSES_SECONDS = (0.5, 2.0, 8.0)


class SandboxFailedError(AievError):
    """The sandbox failed again and again; the item failed, its program was not judged."""


async def run_until_real(
    interpreter: Interpreter, job: Job, pauses: Sequence[float] = PAUSES_SECONDS
) -> ExecutionResult:
    """Execute `job`, trying again after each of `pauses` (seconds) while the verdict is `infra`.

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
