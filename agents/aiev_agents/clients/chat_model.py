"""The seam between agents and whatever answers them.

Invariant: a chat model holds no state between two calls that could change an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from aiev_agents.messages import ChatReply, ChatRequest


class ChatModel(Protocol):
    """Answers chat requests. Safe to call from several tasks at once."""

    name: str
    """The model's name, as it goes into each request."""

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer one request.

        Raises:
            ModelRefused: no later request can succeed either (key, model name, quota).
            ModelUnavailable: nothing answered, after the retries that the model allows itself.
            RequestRejected: this request alone is at fault.
        """
        ...

    async def close(self) -> None:
        """Give back connections and processes. May be called twice."""
        ...
