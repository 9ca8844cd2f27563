"""How an item of a run ended, from the final state of its graph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from aiev.run.attempt import Failed, attempt
from aiev.store.clock import now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aiev.run.context import RunContext
    from aiev.run.journal import JournaledInterpreter, JournaledModel
    from aiev.store.records import ConversationRecord

    _State = TypeVar("_State", bound=Mapping[str, object])
else:
    _State = TypeVar("_State")


async def made(
    run: RunContext,
    conversation: ConversationRecord,
    model: JournaledModel,
    interpreter: JournaledInterpreter,
    graph: Callable[[], Awaitable[_State]],
) -> tuple[_State | None, ConversationRecord] | None:
    """Run the graph of an item.

    Args:
        run: counts how the item ended.
        conversation: as it begins.
        model: of the item, which knows what it cost.
        interpreter: of the item.
        graph: comes to a state whose `reason` says why the item is not kept; empty for one that is.

    Returns:
        The final state and how the conversation ended, but for what it holds; no state for one that failed. None when
        the item is left for the next start.

    Raises:
        SetupError: the endpoint refuses every request or does not answer; the item is left for the next start.
        StoreError: the database cannot be written.
    """
    began = run.progress.seconds
    state = await attempt(run, interpreter, graph)
    if state is None:
        return None
    failed = isinstance(state, Failed)
    reason = state.reason if isinstance(state, Failed) else str(state["reason"])
    status = "failed" if failed else "discarded" if reason else "accepted"
    run.progress.statuses[status] += 1
    ended = replace(
        conversation,
        status=status,
        reason=reason,
        finished_at=now(),
        seconds=run.progress.seconds - began,
        prompt_tokens=model.prompt_tokens,
        completion_tokens=model.completion_tokens,
        cost=model.cost,
    )
    return None if isinstance(state, Failed) else state, ended
