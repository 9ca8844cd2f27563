"""A chat model behind any OpenAI-compatible endpoint.

Invariants: the SDK never retries by itself (tenacity owns retries, on transient failures only, `retrying.py`); every
failure is translated in `failures.py` alone, and no message holds a key; after a fatal failure no further request goes
out. Not covered: prices, and the journal that keeps a reply from being paid for twice.

The SDK gives the address, the headers and the key's place; the call itself goes past it (`transport.py`). The SDK's
way of building a request and checking each field of a reply took nine tenths of the time of a call (measured: 2.7 ms
with the typed resources, 1.3 with its `post`).
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

import httpx2
import openai

from aiev_agents.clients.completion import read_completion
from aiev_agents.clients.concurrency import AdaptiveLimit
from aiev_agents.clients.events import tell_retry
from aiev_agents.clients.failures import CallFailedError, Kind, of_exception, of_status, without_key
from aiev_agents.clients.rates import Pacer, Rates
from aiev_agents.clients.retrying import Tries, with_retries
from aiev_agents.clients.transport import Transport
from aiev_agents.encoding import decode, encode
from aiev_agents.errors import ModelError, RequestGivenUp

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from aiev_agents.clients.failures import Failure
    from aiev_agents.messages import ChatReply, ChatRequest


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers, and how long to wait for it."""

    base_url: str
    model: str
    api_key: str = "none"
    timeout_seconds: float = 600.0
    """For one call as a whole, the last byte of its answer included."""
    retry_seconds: float = 120.0
    """Budget for all tries of one request together; 0 means a single try."""
    grammar: bool = False
    """Whether the endpoint takes grammars (GBNF)."""
    grammar_field: Literal["grammar", "structured_outputs"] = "grammar"
    """Where it takes them: llama.cpp's field, or vLLM's."""
    rates: Rates = field(default_factory=Rates)

    def __repr__(self) -> str:
        return f"Endpoint({self.model!r} at {self.base_url})"


class OpenAIChatModel:
    """Speaks the chat-completions API with address, headers and key as the openai SDK has them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.name = endpoint.model
        self.endpoint = endpoint
        self._where = f"model {endpoint.model!r} at {endpoint.base_url}"
        self._limit = AdaptiveLimit(endpoint.rates.in_flight or float("inf"), adaptive=endpoint.rates.adaptive)
        self._pacer = Pacer(endpoint.rates)
        self._fatal: ModelError | None = None
        self._stopped = asyncio.Event()
        self._answered_at = float("-inf")
        # the client that the SDK would make for itself takes 0.1 s, and no call goes through it
        unused = httpx2.AsyncClient(transport=httpx2.AsyncBaseTransport(), trust_env=False)
        client = openai.AsyncOpenAI(
            base_url=endpoint.base_url, api_key=endpoint.api_key, max_retries=0, http_client=unused
        )
        self._transport = Transport(client, endpoint.timeout_seconds)

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer one request, trying again on transient failures; see `ChatModel.chat` for what it raises."""
        tries = Tries(self.endpoint.retry_seconds)
        try:
            try:
                reply = await self._try(request, tries)
            except CallFailedError as failed:
                if failed.failure.kind is not Kind.TRANSIENT:
                    raise
                reply = await with_retries(lambda: self._try(request, tries), failed, tries, self._pause, self._tell)
        except CallFailedError as failed:
            error = self._gave_up(without_key(failed.failure, self.endpoint.api_key), tries)
            error.prompt_tokens, error.completion_tokens = tries.prompt_tokens, tries.completion_tokens
            raise error from None
        return _with_all_tries(reply, tries) if tries.count > 1 else reply

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    def _tell(self, state: RetryCallState) -> None:
        """Say that a request waits for another try."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, CallFailedError):
            text = without_key(error.failure, self.endpoint.api_key).text
            tell_retry(model=self.name, tries=state.attempt_number, wait_seconds=state.upcoming_sleep, error=text)

    async def _try(self, request: ChatRequest, tries: Tries) -> ChatReply:
        """Wait for a turn and make one call; raises CallFailedError."""
        async with self._limit.slot() as epoch:
            length = sum([len(content) for _, content in request.turns])
            reserved = await self._pacer.admit(length, request.sampling.max_tokens)
            if self._fatal:
                raise self._fatal
            started = time.monotonic()
            try:
                reply = await self._call(request, started)
            except CallFailedError as failed:
                tries.ended(time.monotonic() - started, failed.failure)
                self._heed(failed.failure, epoch)
                raise
            tries.ended(reply.seconds)
            self._answered_at = time.monotonic()
            self._limit.grow()
            self._pacer.settle(reserved, reply.prompt_tokens, reply.completion_tokens)
            return reply

    async def _call(self, request: ChatRequest, started: float) -> ChatReply:
        try:
            answer = await self._transport.post(encode(self._arguments(request)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes one Failure
            failure = of_exception(error, self._where, self.endpoint.timeout_seconds)
            raise CallFailedError(failure) from None
        self._pacer.hear(answer.headers)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise CallFailedError(of_status(answer.status, answer.headers, _decoded(answer.content), self._where))
        seconds = time.monotonic() - started
        return read_completion(answer.content, answer.headers, self._where, seconds=seconds)

    def _heed(self, failure: Failure, epoch: int) -> None:
        """Do what a failure says for the requests after this one."""
        if failure.throttled:
            self._limit.shrink(epoch)
            if failure.retry_after and failure.retry_after <= self.endpoint.retry_seconds:
                self._pacer.pause(failure.retry_after)

    async def _pause(self, seconds: float) -> None:
        """Sleep, or wake when no request has a chance any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()

    def _gave_up(self, failure: Failure, tries: Tries) -> ModelError:
        """The error that a request ends with; one that concerns every request is kept for the next."""
        if failure.kind is Kind.REQUEST:
            return failure.error()
        if failure.kind is Kind.TRANSIENT and self._answered_at > tries.began:
            count = f"{tries.count} tries" if tries.count > 1 else "1 try"
            given_up = RequestGivenUp(f"{failure.text}; given up after {count}")
            given_up.retry_after = failure.retry_after
            return given_up
        error = failure.error()
        if failure.kind is Kind.FATAL:
            self._fatal = self._fatal or error
            self._stopped.set()
        return error

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
            arguments[self.endpoint.grammar_field] = {"grammar": request.grammar} if nested else request.grammar
        return arguments


def _with_all_tries(reply: ChatReply, tries: Tries) -> ChatReply:
    """The reply with what those before it took."""
    return reply._replace(
        tries=tries.count,
        prompt_tokens=reply.prompt_tokens + tries.prompt_tokens,
        completion_tokens=reply.completion_tokens + tries.completion_tokens,
    )


def _decoded(content: bytes) -> object:
    """The JSON of an error, or its text."""
    try:
        return decode(content)
    except ValueError:
        return content.decode(errors="replace")


async def list_models(base_url: str, api_key: str) -> tuple[list[str], str]:
    """Names of the models that an endpoint offers, and "" or, in one line, why they cannot be had."""
    client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key, timeout=10, max_retries=0)
    try:
        page = await client.models.list()
    except openai.OpenAIError as error:
        return [], " ".join(str(error).split())[:300]
    finally:
        await client.close()
    return [model.id for model in page.data], ""
