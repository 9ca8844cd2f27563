"""One attempt at an item of a run, and what its failure means.

Invariant: an attempt comes to its result, fails with a reason, or is left for the next start; its sandbox is given back
in any case. Not covered: what is stored of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from aiev.errors import AievError, SetupError, StoreError
from aiev.run.journal import SuspendedError
from aiev.setup.errors import as_resumable_errors
from aiev_agents.errors import AgentError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiev.run.context import RunContext
    from aiev.run.journal import JournaledInterpreter

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an item came to no result, in words."""

    reason: str


async def attempt(
    run: RunContext, interpreter: JournaledInterpreter, work: Callable[[], Awaitable[_Result]]
) -> _Result | Failed | None:
    """Do the work of one item; None when it is left for the next start.

    Raises:
        SetupError: the endpoint refuses every request or does not answer; the item is left for the next start.
        StoreError: the database cannot be written; likewise.
    """
    try:
        async with run.turns.held():
            with as_resumable_errors():
                return await work()
    except SuspendedError:
        run.progress.suspended += 1
        return None
    except (SetupError, StoreError):
        run.progress.suspended += 1
        raise
    except (AgentError, AievError) as error:
        return Failed(str(error))
    finally:
        await interpreter.close()
