"""A chat model behind any OpenAI-compatible endpoint.

Invariants: tenacity retries transient failures and nothing else does (`retrying.py`); every failure is translated in
`failures.py` alone, and no message holds a key; after a refusal no further request goes out. Not covered: prices, and
the journal that keeps a reply from being paid for twice.

Calls go past the openai SDK, whose way of building a request and checking each field of a reply takes 2.7 ms of CPU a
call; this takes 0.4 (measured).
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiev_agents.clients.body import PLAIN, Shape
from aiev_agents.clients.completion import read_completion
from aiev_agents.clients.concurrency import AdaptiveLimit
from aiev_agents.clients.failures import hidden, of_exception, of_status, refusal_of, without_secrets
from aiev_agents.clients.learning import Learning
from aiev_agents.clients.rates import Pacer
from aiev_agents.clients.refusals import STATUSES
from aiev_agents.clients.retrying import Tries, with_retries
from aiev_agents.clients.settings import RatesSettings
from aiev_agents.clients.transport import Destination, Transport
from aiev_agents.encoding import decode, encode
from aiev_agents.errors import ModelError, ModelRefused, ModelUnavailable, ModelUnknown, RequestGivenUp
from aiev_agents.keys import reply_without_keys, telling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiev_agents.clients.body import GrammarField
    from aiev_agents.clients.transport import Answer
    from aiev_agents.messages import ChatReply, ChatRequest

_SHOWN = 8
"""Models of an endpoint that are named."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers, and how long to wait for it."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    """Empty for an endpoint without keys."""
    key_env: str = ""
    """Name of the environment variable that the key was read from, if it was."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request."""
    other_secrets: Sequence[str] = field(default=(), repr=False)
    """Further keys in use, those in `headers` among them: no message and no reply may hold one."""
    allow_hosts: Sequence[str] = ()
    """Where a redirect may lead beside the endpoint itself."""
    timeout_seconds: float = 600.0
    """For one call as a whole, the last byte of its answer included."""
    retry_seconds: float = 120.0
    """Budget for all tries of one request together; 0 means a single try."""
    grammar_field: GrammarField = ""
    """Where it takes grammars; empty sends none."""
    shape: Shape = PLAIN
    """How bodies are written, before anything is learnt from a refusal."""
    rates: RatesSettings = field(default_factory=RatesSettings)

    @property
    def secrets(self) -> list[str]:
        """What no message may hold."""
        return [self.api_key, *self.other_secrets]

    @property
    def keys(self) -> tuple[str, ...]:
        """What a reply may not hold: the secrets that are no mere words."""
        return telling(self.secrets)


class OpenAIChatModel:
    """Speaks the chat-completions API, or the completion API where the endpoint's shape says so."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.name = endpoint.model
        self.endpoint = endpoint
        self._where = f"model {endpoint.model!r} at {endpoint.base_url}"
        self._limit = AdaptiveLimit(endpoint.rates.in_flight or float("inf"), adaptive=endpoint.rates.adaptive)
        self._pacer = Pacer(endpoint.rates)
        to = Destination(endpoint.base_url, endpoint.api_key, endpoint.headers, endpoint.allow_hosts)
        self._transport = Transport(to, endpoint.timeout_seconds)
        self._learning = Learning(endpoint.shape, self._where)
        self._refusal = ""
        self._offer = ""
        self._asks_offer = asyncio.Lock()
        self._stopped = asyncio.Event()
        self._answered_at = float("-inf")

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer one request, retrying transient failures; see `ChatModel.chat` for what it raises."""
        tries = Tries(self.endpoint.retry_seconds)
        began = time.monotonic()
        try:
            try:
                return await self._try(request, tries)
            except ModelUnavailable as failed:
                reply = await with_retries(lambda: self._try(request, tries), failed, tries, self._pause, self.name)
                return tries.lost.added_to(reply)._replace(tries=tries.count)
        except ModelError as error:
            last = await self._final(error, tries, began)
            tries.lost.set_on(last)
            raise last from None

    async def send(self, path: str, body: dict[str, Any] | None = None, *, method: str = "POST") -> Answer:
        """One call to a path below the endpoint's address; its answer, which says that it succeeded.

        Raises:
            ModelError: there was none that did.
        """
        return self._checked(await self._sent(path, body, method))

    async def _sent(self, path: str, body: Mapping[str, Any] | None, method: str = "POST") -> Answer:
        """One call's answer, whatever its status."""
        try:
            answer = await self._transport.send(path, None if body is None else encode(body), method=method)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes one ModelError
            failure = of_exception(error, self._where, self.endpoint.timeout_seconds)
            raise without_secrets(failure, self.endpoint.secrets) from None
        self._pacer.hear(answer.headers)
        return answer

    def _checked(self, answer: Answer) -> Answer:
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        document = _decoded(answer.content)
        failure = of_status(answer.status, answer.headers, document, self._where, key_env=self.endpoint.key_env)
        raise without_secrets(failure, self.endpoint.secrets)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _try(self, request: ChatRequest, tries: Tries) -> ChatReply:
        """Wait for a turn and make one call."""
        async with self._limit.slot() as epoch:
            length = sum([len(content) for _, content in request.turns])
            reserved = await self._pacer.admit(length, request.sampling.max_tokens)
            if self._refusal:
                raise ModelRefused(self._refusal)
            started = time.monotonic()
            try:
                reply = await self._call(request, started)
            except ModelError as error:
                tries.ended(time.monotonic() - started, error)
                self._heed(error, epoch)
                raise
            tries.ended(reply.seconds)
            self._answered_at = time.monotonic()
            self._limit.grow()
            self._pacer.settle(reserved, reply.prompt_tokens, reply.completion_tokens)
            return reply

    async def _call(self, request: ChatRequest, started: float) -> ChatReply:
        answer = await self._answer(request)
        try:
            reply = read_completion(answer.content, answer.headers, self._where, seconds=time.monotonic() - started)
            return reply_without_keys(reply, self.endpoint.keys)
        except ModelError as error:
            raise without_secrets(error, self.endpoint.secrets) from None

    async def _answer(self, request: ChatRequest) -> Answer:
        """The answer to a request, sent again in another shape for as long as refusals teach one."""
        while True:
            shape = await self._learning.turn()
            try:
                body = shape.body(request, self.endpoint.grammar_field)
                answer = await self._sent(shape.path, body)
                if _is_refusal(answer) and self._learns(answer, shape, body):
                    await self._pacer.admit(0, 0)
                    continue
                return self._checked(answer)
            finally:
                self._learning.ended(shape)

    def _learns(self, answer: Answer, shape: Shape, body: Mapping[str, Any]) -> bool:
        refusal = refusal_of(_decoded(answer.content))
        return self._learning.learns(replace(refusal, said=hidden(refusal.said, self.endpoint.secrets)), shape, body)

    def _heed(self, error: ModelError, epoch: int) -> None:
        """Do what a failure says for the requests after this one."""
        if error.throttled:
            self._limit.shrink(epoch)
            if error.retry_after and error.retry_after <= self.endpoint.retry_seconds:
                self._pacer.pause(error.retry_after)

    async def _pause(self, seconds: float) -> None:
        """Sleep, or wake when no request has a chance any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()

    async def _final(self, error: ModelError, tries: Tries, began: float) -> ModelError:
        """The error that a request ends with; one that concerns every request is kept for the next."""
        if isinstance(error, ModelUnknown):
            async with self._asks_offer:
                self._offer = self._offer or await self._offered()
            if self._offer not in str(error):
                error.args = (f"{error}{self._offer}",)
        if isinstance(error, ModelRefused):
            self._refusal = self._refusal or str(error)
            self._stopped.set()
        elif isinstance(error, ModelUnavailable) and self._answered_at > began:
            count = f"{tries.count} tries" if tries.count > 1 else "1 try"
            return RequestGivenUp(f"{error}; given up after {count}", retry_after=error.retry_after)
        return error

    async def _offered(self) -> str:
        """Words for the models that the endpoint offers, the most alike first; a space when it does not say."""
        try:
            listed = decode((await self.send("/models", method="GET")).content)["data"]
            names = [str(each["id"]) for each in listed]
        except (ModelError, ValueError, KeyError, TypeError):
            return " "
        alike = get_close_matches(self.name, names, n=_SHOWN, cutoff=0.0)
        more = f" and {len(names) - len(alike)} more" if len(names) > len(alike) else ""
        return f"; it offers {', '.join(alike)}{more}" if alike else "; it offers no model"


def _is_refusal(answer: Answer) -> bool:
    """Whether an answer may say what is wrong with a body; gateways say it under status 200, too."""
    hidden_error = (
        answer.status == HTTPStatus.OK and b'"error"' in answer.content and b'"choices"' not in answer.content
    )
    return answer.status in STATUSES or hidden_error


def _decoded(content: bytes) -> object:
    """The JSON of an error, or its text."""
    try:
        return decode(content)
    except ValueError:
        return content.decode(errors="replace")


async def list_models(endpoint: Endpoint) -> tuple[list[str], str]:
    """Names of the models that an endpoint offers, and "" or, in one line, why there are none."""
    model = OpenAIChatModel(endpoint)
    try:
        page = decode((await model.send("/models", method="GET")).content)
        return [str(each["id"]) for each in page["data"]], ""
    except ModelError as error:
        return [], str(error)
    except (ValueError, KeyError, TypeError):
        return [], "it sent no list of models"
    finally:
        await model.close()
