"""What can be observed of a run, and the seam to the observers.

Invariants: every observer gets an operation before it begins, and the operation holds its outcome when it has ended; a
reply or result from the journal did not happen again and is not observed.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from langchain_core.callbacks import BaseCallbackHandler

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
    """That this start works on."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Dialogues that ended, by status; filled at the end."""
    tokens: int = 0


@dataclass(slots=True)
class DialogueOperation:
    """One dialogue."""

    conversation: ConversationRecord
    language: str
    ended: ConversationRecord | None = None
    """None when the run stopped before the dialogue ended."""


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
    """One program in the sandbox, the installation of its packages included."""

    job: Job
    interpreter: str
    conversation_id: str
    result: ExecutionResult | None = None


Operation = RunOperation | DialogueOperation | ChatOperation | ExecutionOperation


class Observer(Protocol):
    """Follows operations. Called on the event loop, so it must be quick."""

    @property
    def callbacks(self) -> Sequence[BaseCallbackHandler]:
        """Handlers of LangChain that follow the nodes of a dialogue's graph; none by default."""
        return ()

    def observe(self, operation: Operation) -> AbstractContextManager[None]:
        """Enclose an operation: entered before it begins, left with its outcome in it, or with its error."""
        ...

    def close(self) -> None:
        """Pass on what is still held back."""
        ...


class Observers:
    """Any number of observers as one; false when there is none."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def __bool__(self) -> bool:
        return bool(self._observers)

    @property
    def callbacks(self) -> list[BaseCallbackHandler]:
        """See `Observer.callbacks`."""
        return [callback for observer in self._observers for callback in observer.callbacks]

    @contextmanager
    def observe(self, operation: Operation) -> Iterator[None]:
        """See `Observer.observe`."""
        with ExitStack() as stack:
            if isinstance(operation, DialogueOperation):
                stack.callback(conversation.reset, conversation.set(operation.conversation.id))
            for observer in self._observers:
                stack.enter_context(observer.observe(operation))
            yield
