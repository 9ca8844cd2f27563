"""What can be observed of a run, and the seam to whoever observes.

Invariants: an operation is handed to every observer before it begins, and holds its outcome when it has ended; one
that was taken from the journal did not happen and is not observed. Not covered: what is made of it.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from aiev.store.records import ConversationRecord, RunRecord
    from aiev_agents.messages import ChatReply, ChatRequest
    from aiev_interpreter.protocol import ExecutionResult, Job

conversation: ContextVar[str] = ContextVar("conversation", default="")
"""Id of the conversation that the present task works on."""


@dataclass(slots=True)
class RunOperation:
    """One start of a run."""

    run: RunRecord
    seeds: int
    """To work on now."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Dialogues that ended, by status; filled at the end."""
    tokens: int = 0


@dataclass(slots=True)
class ItemOperation:
    """One seed on its way to a dialogue."""

    conversation: ConversationRecord
    language: str
    ended: ConversationRecord | None = None
    """None when the run stopped before it ended."""


@dataclass(slots=True)
class ChatOperation:
    """One request to the model, all its tries together."""

    request: ChatRequest
    address: str
    """Of the endpoint; empty where there is none or more than one."""
    conversation_id: str
    reply: ChatReply | None = None


@dataclass(slots=True)
class ExecutionOperation:
    """One program in the sandbox, with the installation of its packages."""

    job: Job
    interpreter: str
    conversation_id: str
    result: ExecutionResult | None = None


Operation = RunOperation | ItemOperation | ChatOperation | ExecutionOperation


class Observer(Protocol):
    """Something that follows operations. Called on the event loop, so it must be quick."""

    def observe(self, operation: Operation) -> AbstractContextManager[None]:
        """Enclose an operation: entered before it begins, left when its outcome is in it, or with its error."""
        ...

    def close(self) -> None:
        """Hand on what has not been handed on yet."""
        ...


class Observers:
    """Any number of observers as one; false when there is none."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def __bool__(self) -> bool:
        return bool(self._observers)

    @contextmanager
    def observe(self, operation: Operation) -> Iterator[None]:
        """See `Observer.observe`."""
        with ExitStack() as stack:
            if isinstance(operation, ItemOperation):
                stack.callback(conversation.reset, conversation.set(operation.conversation.id))
            for observer in self._observers:
                stack.enter_context(observer.observe(operation))
            yield

    def close(self) -> None:
        """See `Observer.close`."""
        for observer in self._observers:
            observer.close()
