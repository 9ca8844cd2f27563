"""The values that agents and model clients exchange.

Invariant: everything here is frozen and survives a round trip through JSON; a `ChatRequest` has one canonical
form, whose hash names the reply for good.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from aiev_agents.encoding import encode


class Role(StrEnum):
    """Who wrote a message of a dialogue."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    INTERPRETER = "interpreter"


class Message(NamedTuple):
    """One message of a dialogue."""

    role: Role
    content: str
    train: bool = False
    """Whether the loss covers this message when the dialogue becomes a training sample."""
    agent: str = ""
    """Who wrote it: `questioner`, `programmer` or the interpreter backend's name."""
    prompt_hash: str = ""
    """SHA-256 of its prompt's template; empty for the interpreter."""
    request_hash: str = ""
    """Names the model reply or execution this message came from."""
    reasoning: str = ""
    """What the model thought before it said this; no other message and no prompt holds it."""


class Sampling(NamedTuple):
    """Decoding settings sent with a request."""

    temperature: float = 0.7
    top_p: float = 0.95
    max_tokens: int = 1024
    seed: int | None = None
    stop: tuple[str, ...] = ()
    beside: str = ""
    """Names what the configuration sends beside these or leaves out, which changes replies too; empty for nothing."""


@dataclass(frozen=True)
class ChatRequest:
    """A request to a chat model: turns of (role, content), decoding settings, and an optional GBNF grammar."""

    model: str
    turns: tuple[tuple[str, str], ...]
    sampling: Sampling = field(default_factory=Sampling)
    grammar: str = ""
    purpose: str = ""
    """Name of the prompt it was rendered from: `questioner/ask`, `programmer/solve`, ..."""

    def canonical(self) -> dict[str, Any]:
        """The request as JSON-ready data with a stable key order."""
        sampling = self.sampling._asdict()
        if not self.sampling.beside:  # requests of earlier versions have no such key
            del sampling["beside"]
        return {
            "model": self.model,
            "turns": self.turns,
            "sampling": sampling,
            "grammar": self.grammar,
            "purpose": self.purpose,
        }

    @cached_property
    def encoded(self) -> bytes:
        """The canonical form as JSON."""
        return encode(self.canonical())

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical form, in hex."""
        return hashlib.sha256(self.encoded).hexdigest()


class ChatReply(NamedTuple):
    """What a model answered."""

    content: str
    model: str
    """The model that really answered, in the endpoint's own words."""
    finish_reason: str = "stop"
    prompt_tokens: int = 0
    """Tokens read, over all tries that were answered: each is paid for, usable or not."""
    completion_tokens: int = 0
    """Tokens written, likewise."""
    cached_tokens: int = 0
    """Of the tokens read, those that the endpoint took from its cache."""
    reasoning_tokens: int = 0
    """Of the tokens written, those of thoughts: by share of characters where the endpoint has no count."""
    counted: bool = True
    """Whether the endpoint counted the tokens; without, the figures above are 0."""
    tries: int = 1
    """Calls that it took, failed ones included."""
    seconds: float = 0.0
    """Of the call that succeeded."""
    address: str = ""
    """Of the endpoint that answered, where there are several."""
    reasoning: str = ""
    """What the model thought before it answered; never part of `content`."""
