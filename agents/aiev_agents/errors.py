"""What can go wrong between an agent and its model.

    AgentError
    ├── ReplyError            a reply that holds no runnable program: fed back, not raised further
    ├── PromptError           a template or one of its variables is missing
    ├── LanguageError         a programming language that agents do not speak
    └── ModelError
        ├── ModelRefused      the endpoint refuses this client for good: key, model name, quota. Stops the run.
        │   └── ModelUnknown  for want of a model of that name, or of anything at that address
        ├── ModelUnavailable  nothing answers, or nothing usable; clients retry it and raise it after the last try
        ├── RequestRejected   this one request is at fault (malformed): only its item fails
        │   └── TextRejected  for its text: too long, or flagged
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
    """A chat model gave no reply that can be used. Subclasses say what follows from it."""

    def __init__(
        self,
        text: str,
        *,
        retry_after: float | None = None,
        throttled: bool = False,
        answered: bool = False,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
    ) -> None:
        """Keep what is known of the failure.

        Args:
            text: what happened, in one line.
            retry_after: seconds that the endpoint asks to wait; None when it does not say.
            throttled: the endpoint said that too much was sent (429).
            answered: a reply came, and may have to be paid for, but cannot be used.
            prompt_tokens: tokens read for such replies, as the endpoint counted them.
            completion_tokens: tokens written in them.
        """
        super().__init__(text)
        self.retry_after = retry_after
        self.throttled = throttled
        self.answered = answered
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = completion_tokens


class ModelRefused(ModelError):  # noqa: N818 - the word of the field, as in HTTP's own status names
    """The endpoint will refuse every further request too: the run stops, with everything kept."""


class ModelUnknown(ModelRefused):
    """The endpoint has no model of that name, or nothing at that address."""


class ModelUnavailable(ModelError):  # noqa: N818
    """Nothing answered, or nothing usable came; the same request may succeed in a moment."""


class RequestRejected(ModelError):  # noqa: N818
    """This request alone is at fault."""


class TextRejected(RequestRejected):
    """The text of this request is too long, or not liked."""


class RequestGivenUp(ModelError):  # noqa: N818
    """No usable reply to this request in all its tries, while the endpoint answered others."""
