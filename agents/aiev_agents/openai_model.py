"""A chat model behind any OpenAI-compatible endpoint.

Invariants: the SDK never retries by itself (tenacity owns retries, on transient errors only), every foreign error is
translated in `_translate` alone, and no message holds a key. Not covered: rates and prices.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

import openai
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay, wait_random_exponential

from aiev_agents.errors import ModelError, ModelRefused, ModelUnavailable, RequestRejected
from aiev_agents.events import tell_retry
from aiev_agents.messages import ChatReply, ChatRequest

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

_REFUSALS = (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError)
_REQUEST_FAULTS = (openai.BadRequestError, openai.UnprocessableEntityError, openai.ConflictError)


class _TransientError(Exception):
    """Carries the translated error of a call that is worth another try."""

    def __init__(self, error: ModelError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers, and how long to wait for it."""

    base_url: str
    model: str
    api_key: str = "none"
    timeout_seconds: float = 600.0
    retry_seconds: float = 120.0
    """Budget for all tries of one request together; 0 means a single try."""
    grammar: bool = False
    """Whether the endpoint takes grammars (GBNF)."""
    grammar_field: Literal["grammar", "structured_outputs"] = "grammar"
    """Where it takes them: llama.cpp's field, or vLLM's."""

    def __repr__(self) -> str:
        return f"Endpoint({self.model!r} at {self.base_url})"


class OpenAIChatModel:
    """Speaks the chat-completions API through the openai SDK on its aiohttp transport."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.name = endpoint.model
        self.endpoint = endpoint
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key,
            timeout=endpoint.timeout_seconds,
            max_retries=0,
            http_client=openai.DefaultAioHttpClient(),
        )

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer one request, trying again on transient errors; see `ChatModel.chat` for what it raises."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_TransientError),
            wait=wait_random_exponential(multiplier=0.5, max=30),
            stop=stop_after_delay(self.endpoint.retry_seconds),
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    return await self._call(request)
        except _TransientError as transient:
            raise transient.error from None
        raise AssertionError("tenacity ends by a return or an error")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        tell_retry(model=self.name, tries=state.attempt_number, wait_seconds=state.upcoming_sleep, error=str(error))

    async def _call(self, request: ChatRequest) -> ChatReply:
        started = time.monotonic()
        try:
            completion = await self._client.chat.completions.create(**self._arguments(request))
        except openai.OpenAIError as error:
            raise _translate(error, self.endpoint) from None
        return _reply(completion, seconds=time.monotonic() - started)

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        sampling = request.sampling
        arguments: dict[str, Any] = {
            "model": request.model,
            "messages": [{"role": role, "content": content} for role, content in request.turns],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
        }
        if sampling.seed is not None:
            arguments["seed"] = sampling.seed
        if sampling.stop:
            arguments["stop"] = list(sampling.stop)
        if request.grammar and self.endpoint.grammar:
            nested = self.endpoint.grammar_field == "structured_outputs"
            arguments["extra_body"] = {
                self.endpoint.grammar_field: {"grammar": request.grammar} if nested else request.grammar
            }
        return arguments


def _reply(completion: ChatCompletion, *, seconds: float) -> ChatReply:
    """Take the text and the figures out of a completion; an empty one is worth another try."""
    choice = completion.choices[0] if completion.choices else None
    if choice is None or not choice.message.content:
        raise _TransientError(ModelUnavailable("the endpoint sent a reply without content"))
    usage = completion.usage
    return ChatReply(
        content=choice.message.content,
        model=completion.model or "",
        finish_reason=choice.finish_reason or "",
        prompt_tokens=usage.prompt_tokens if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
        seconds=seconds,
    )


def _translate(error: openai.OpenAIError, endpoint: Endpoint) -> Exception:
    """The one place where the SDK's errors become ours."""
    where = f"model {endpoint.model!r} at {endpoint.base_url}"
    text = _one_line(error)
    if isinstance(error, _REFUSALS) or "insufficient_quota" in text:
        return ModelRefused(f"{where} refused the request: {text}; check the model's name, the key and its rights")
    if isinstance(error, _REQUEST_FAULTS):
        return RequestRejected(f"{where} rejected one request: {text}")
    if isinstance(error, openai.APITimeoutError) and not _never_connected(error):
        return _TransientError(ModelUnavailable(f"{where} did not answer within {endpoint.timeout_seconds:g} s"))
    if isinstance(error, openai.APIConnectionError):
        return _TransientError(
            ModelUnavailable(f"nothing answers for {where}; is the server running and the address right?")
        )
    if isinstance(error, openai.APIStatusError) and not _is_transient(error.status_code):
        return RequestRejected(f"{where} rejected one request: {text}")
    return _TransientError(ModelUnavailable(f"{where} failed: {text}"))


def _never_connected(error: BaseException) -> bool:
    """Whether there was no connection at all; the aiohttp transport reports that as a time-out, too."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and not isinstance(cause, TimeoutError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _is_transient(status: int) -> bool:
    """Whether an HTTP status is worth another try."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }


def _one_line(error: Exception, limit: int = 300) -> str:
    return " ".join(str(error).split())[:limit]


async def list_models(base_url: str, api_key: str) -> tuple[list[str], str]:
    """Names of the models that an endpoint offers, and "" or, in one line, why they cannot be had."""
    client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key, timeout=10, max_retries=0)
    try:
        page = await client.models.list()
    except openai.OpenAIError as error:
        return [], _one_line(error)
    finally:
        await client.close()
    return [model.id for model in page.data], ""
