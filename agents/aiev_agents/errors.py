"""What can go wrong between an agent and its model.

    AgentError
    ├── ReplyError            a reply that holds no runnable program: fed back, not raised further
    ├── PromptError           a template or one of its variables is missing
    ├── LanguageError         a programming language that agents do not speak
    └── ModelError
        ├── ModelRefused      the endpoint refuses this client for good: key, model name, quota. Stops the run.
        ├── ModelUnavailable  nothing answers at the address, or not in time, after all retries
        ├── RequestRejected   this one request is at fault (too long, malformed): only its item fails
        └── RequestGivenUp    this one request got no usable reply in all its tries, others did: only its item fails

Invariant: messages are one line and never hold a key.
"""

from __future__ import annotations


class AgentError(Exception):
    """Base of every error raised by `aiev_agents`."""


class ReplyError(AgentError):
    """A model's reply cannot be turned into a program with tests; the text says what is missing."""


class PromptError(AgentError):
    """A prompt template is missing, malformed, or was given too few variables."""


class LanguageError(AgentError):
    """A programming language that agents do not speak."""


class ModelError(AgentError):
    """A chat model did not give a reply."""

    retry_after: float | None = None
    """Seconds that the endpoint asked to wait; None when it did not."""
    prompt_tokens: int = 0
    """Tokens read for replies that came, and are paid for, but could not be used."""
    completion_tokens: int = 0
    """Tokens written in them."""


class ModelRefused(ModelError):  # noqa: N818 - the word of the field, as in HTTP's own status names
    """The endpoint will refuse every further request too."""


class ModelUnavailable(ModelError):  # noqa: N818
    """No reply after all retries."""


class RequestRejected(ModelError):  # noqa: N818
    """This request alone was refused."""


class RequestGivenUp(ModelError):  # noqa: N818
    """No usable reply to this request in all its tries, while the endpoint answered others."""
