"""What a failed call means for the request, and for the run: one translation of everything that an endpoint can do.

Invariants: every failure becomes exactly one `ModelError`, here and nowhere else: `ModelUnavailable` may pass,
`ModelRefused` concerns every request, `RequestRejected` this one alone; its text is one line and names the endpoint.
Not covered: how often to retry (`retrying.py`) and how fast (`rates.py`).

Source: meanings of status codes from RFC 9110 and RFC 6585; 402, 429 with a quota code, 529 and errors under status 200
as OpenAI, Anthropic, Google, DeepSeek and OpenRouter document them.
"""

from __future__ import annotations

import json
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import openai
from aiohttp.http_exceptions import ContentEncodingError, DecompressSizeError, HttpProcessingError

from aiev_agents.clients.rate_headers import retry_after
from aiev_agents.clients.refusals import Refusal
from aiev_agents.clients.transport import AnswerTooLargeError, RedirectedElsewhereError
from aiev_agents.errors import ModelError, ModelRefused, ModelUnavailable, ModelUnknown, RequestRejected, TextRejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NESTED_LIMIT = 2000
TEXT_LIMIT = 300
"""Longest text of an endpoint that is passed on, in characters."""

STATUSES: dict[int, type[ModelError]] = {
    HTTPStatus.BAD_REQUEST: RequestRejected,
    HTTPStatus.UNAUTHORIZED: ModelRefused,
    HTTPStatus.PAYMENT_REQUIRED: ModelRefused,
    HTTPStatus.FORBIDDEN: ModelRefused,
    HTTPStatus.NOT_FOUND: ModelUnknown,
    HTTPStatus.METHOD_NOT_ALLOWED: ModelRefused,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: ModelRefused,
    HTTPStatus.REQUEST_TIMEOUT: ModelUnavailable,
    HTTPStatus.CONFLICT: ModelUnavailable,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TextRejected,
    HTTPStatus.GONE: ModelRefused,
    HTTPStatus.TOO_EARLY: ModelUnavailable,
    HTTPStatus.TOO_MANY_REQUESTS: ModelUnavailable,
    HTTPStatus.NOT_IMPLEMENTED: ModelRefused,
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED: ModelRefused,
}
"""Statuses with a meaning of their own; `meaning_of_status` has the rest."""

CODES: dict[str, type[ModelError]] = {
    "insufficient_quota": ModelRefused,
    "billing_hard_limit_reached": ModelRefused,
    "billing_not_active": ModelRefused,
    "credit_balance_too_low": ModelRefused,
    "insufficient_balance": ModelRefused,
    "invalid_api_key": ModelRefused,
    "api_key_invalid": ModelRefused,
    "authentication_error": ModelRefused,
    "permission_error": ModelRefused,
    "account_deactivated": ModelRefused,
    "model_not_found": ModelUnknown,
    "context_length_exceeded": TextRejected,
    "string_above_max_length": TextRejected,
    "content_filter": TextRejected,
    "content_policy_violation": TextRejected,
    "responsibleaipolicyviolation": TextRejected,
    "moderation": TextRejected,
    "flagged": TextRejected,
    "rate_limit_exceeded": ModelUnavailable,
    "rate_limit_error": ModelUnavailable,
    "overloaded_error": ModelUnavailable,
    "server_error": ModelUnavailable,
    "resource_exhausted": ModelUnavailable,
}
"""Error codes and types that say more than the status they come with."""

PHRASES: dict[str, type[ModelError]] = {
    "model not exist": ModelUnknown,
    "model not found": ModelUnknown,
    "invalid model:": ModelUnknown,
    "invalid model name": ModelUnknown,
    "not a valid model": ModelUnknown,
    "unknown model": ModelUnknown,
    "no such model": ModelUnknown,
    "api key not valid": ModelRefused,
    "insufficient balance": ModelRefused,
    "credit balance is too low": ModelRefused,
    "exceeded your current quota": ModelRefused,
    "requires moderation": TextRejected,
    "was flagged": TextRejected,
    "context length": TextRejected,
    "context window": TextRejected,
    "prompt is too long": TextRejected,
    "lora adapter": RequestRejected,
    "no adapter found": RequestRejected,
}
"""Phrases of endpoints that give no code."""

_UNCONNECTED = "nothing answers for {where}; is the server running and the address right? ({said})"
_LATE = "{where} did not answer within {seconds:g} s"
_CUT = "{where} cut the connection ({said})"
_FAILED = "{where} failed: {said}"
EXCEPTIONS: dict[type[BaseException], tuple[type[ModelError], str]] = {
    ssl.SSLCertVerificationError: (ModelRefused, "{where} refused: its certificate cannot be verified ({said})"),
    aiohttp.InvalidURL: (ModelRefused, "{where}: model.base_url is no address of the web ({said})"),
    aiohttp.ClientConnectorError: (ModelUnavailable, _UNCONNECTED),
    ConnectionRefusedError: (ModelUnavailable, _UNCONNECTED),
    UnicodeError: (ModelUnavailable, _UNCONNECTED),  # of a host name that cannot be one
    RedirectedElsewhereError: (ModelRefused, "{where} {said}"),
    AnswerTooLargeError: (ModelUnavailable, "{where} sent {said}"),
    DecompressSizeError: (ModelUnavailable, "{where} sent an answer that is too large ({said})"),
    ContentEncodingError: (ModelUnavailable, "{where} sent an answer that cannot be decompressed ({said})"),
    TimeoutError: (ModelUnavailable, _LATE),
    openai.APITimeoutError: (ModelUnavailable, _LATE),
    openai.APIConnectionError: (ModelUnavailable, _CUT),
    aiohttp.ClientConnectionError: (ModelUnavailable, _CUT),
    aiohttp.ClientPayloadError: (ModelUnavailable, _CUT),
    HttpProcessingError: (ModelUnavailable, "{where} sent no valid HTTP ({said})"),
    aiohttp.ClientError: (ModelUnavailable, _FAILED),
    openai.OpenAIError: (ModelUnavailable, _FAILED),
    OSError: (ModelUnavailable, "{where} cannot be reached: {said}"),
    Exception: (RequestRejected, "{where} was not asked: the request cannot be sent ({said})"),
}
"""Exceptions of the clients and what they mean. The first row that fits the exception or one of its causes counts."""
_ANSWERED = (AnswerTooLargeError, DecompressSizeError, ContentEncodingError)

_VERBS = {
    ModelRefused: "refused the request",
    ModelUnknown: "refused the request",
    RequestRejected: "rejected one request",
    TextRejected: "rejected one request",
    ModelUnavailable: "failed",
}
_ADVICE: dict[int, str] = {
    HTTPStatus.PAYMENT_REQUIRED: "the account has no money left: top it up",
    HTTPStatus.NOT_FOUND: "check model.name, and that model.base_url ends where the endpoint's API begins, often /v1",
    HTTPStatus.METHOD_NOT_ALLOWED: "check model.base_url; it often ends in /v1",
}
_ANY_ADVICE = "check the model's name, the key and its rights"
_KEY_STATUSES = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_OF_KEYS = frozenset({"invalid_api_key", "api_key_invalid", "authentication_error"})


def meaning_of_status(status: int) -> type[ModelError]:
    """What an HTTP status says by itself: 5xx may pass, other 4xx are the request's fault, 3xx a wrong address."""
    if status in STATUSES:
        return STATUSES[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelUnavailable
    return RequestRejected if status >= HTTPStatus.BAD_REQUEST else ModelRefused


def of_status(status: int, headers: Mapping[str, str], body: object, where: str, *, key_env: str = "") -> ModelError:
    """The error behind an HTTP status that is none of success.

    Args:
        status: three digits, or what an error object under status 200 gave as its code.
        headers: of the answer, in lower case or of a type that does not mind.
        body: the decoded JSON, or the text.
        where: names model and address in the message.
        key_env: the environment variable that holds the key.
    """
    error = _error_object(body)
    said = _said(error, body)
    found = meaning_of_status(status)
    words = [str(error.get(name)).lower() for name in ("code", "type", "status")]
    for word in words:
        found = CODES.get(word, found)
    lowered = said.lower()
    found = next((meaning for phrase, meaning in PHRASES.items() if phrase in lowered), found)
    of_key = status in _KEY_STATUSES or _OF_KEYS.intersection(words) or "api key" in lowered
    advice = f"; {_advice(status, found, key_env, of_key=bool(of_key))}" if issubclass(found, ModelRefused) else ""
    return found(
        f"{where} {_VERBS[found]}: {status}{' ' + said if said else ''}{advice}",
        throttled=status == HTTPStatus.TOO_MANY_REQUESTS and found is ModelUnavailable,
        retry_after=retry_after(headers),
    )


def _advice(status: int, found: type[ModelError], key_env: str, *, of_key: bool) -> str:
    """What to do about a refusal of every request."""
    if of_key and found is not ModelUnknown:
        rights = " and its rights" if status == HTTPStatus.FORBIDDEN else ""
        held = f"the key in the environment variable {key_env}" if key_env else "the key: model.api_key_env names it"
        return f"check {held}{rights}"
    return _ADVICE.get(HTTPStatus.NOT_FOUND if found is ModelUnknown else status, _ANY_ADVICE)


def of_exception(error: Exception, where: str, timeout_seconds: float, *, key_env: str = "") -> ModelError:
    """The error behind an exception of a client; one that is none of theirs is the request's fault."""
    if isinstance(error, openai.APIStatusError):
        return of_status(error.status_code, error.response.headers, error.body, where, key_env=key_env)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return of_status(error.status, error.headers or {}, error.message, where)
    causes = _causes(error)
    known = next(known for known in EXCEPTIONS if any(isinstance(cause, known) for cause in causes))
    meaning, text = EXCEPTIONS[known]
    said = _one_line(causes[-1]) or type(causes[-1]).__name__
    return meaning(text.format(where=where, said=said, seconds=timeout_seconds), answered=issubclass(known, _ANSWERED))


def of_error_object(body: dict[str, Any], headers: Mapping[str, str], where: str) -> ModelError:
    """The error behind an error object that came with status 200; without a usable code it may pass."""
    code = _error_object(body).get("code")
    failing = isinstance(code, int) and HTTPStatus.BAD_REQUEST <= code <= 599  # noqa: PLR2004 - the last status
    status = code if failing and isinstance(code, int) else HTTPStatus.INTERNAL_SERVER_ERROR
    return of_status(int(status), headers, body, where)


def refusal_of(body: object) -> Refusal:
    """What an answer with a status of failure says, for learning from it."""
    error = _error_object(body)
    details = error.get("detail") or error.get("message")
    if isinstance(details, dict):
        details = details.get("detail")
    named = [error.get("param"), *(each["loc"][-1] for each in _located(details))]
    metadata = error.get("metadata")
    nested = metadata.get("raw") if isinstance(metadata, dict) else None
    names = tuple(name for name in named if isinstance(name, str))
    return Refusal(_said(error, body), names, _one_line(nested or "", _NESTED_LIMIT))


def without_secrets(error: ModelError, secrets: Iterable[str]) -> ModelError:
    """The same error; an endpoint that repeats a key is not passed on."""
    text = hidden(str(error), secrets)
    if text != str(error):
        error.args = (text,)
    return error


def hidden(text: str, secrets: Iterable[str]) -> str:
    """A text in which no secret stands."""
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    return text


def _located(details: object) -> list[dict[str, Any]]:
    """The entries of a list of errors as FastAPI and pydantic write it, which name a place."""
    entries = details if isinstance(details, list) else []
    return [each for each in entries if isinstance(each, dict) and isinstance(each.get("loc"), list) and each["loc"]]


def _causes(error: BaseException) -> list[BaseException]:
    """An error and what it was raised from, the outermost first."""
    found = [error]
    while (cause := found[-1].__cause__) is not None and cause not in found:
        found.append(cause)
    return found


def _error_object(body: object) -> dict[str, Any]:
    """The part of an answer that describes its error; {} when there is none."""
    if isinstance(body, list) and body:  # Google's endpoint wraps it into a list
        body = body[0]
    if not isinstance(body, dict):
        return {}
    error = body.get("error", body)
    return error if isinstance(error, dict) else {"message": error}


def _said(error: dict[str, Any], body: object) -> str:
    """The endpoint's own words in one line; a page of HTML is only named."""
    message = error.get("message") or error.get("detail") or error.get("msg")
    if message is None and isinstance(body, str):
        message = "an HTML page" if _is_html(body) else body
    if message is None and body:
        message = json.dumps(body, ensure_ascii=False, default=str)
    code = error.get("code")
    said = _one_line(message or "")
    return f"{said} ({code})" if isinstance(code, str) and code and code not in said else said


def _is_html(text: str) -> bool:
    return text.lstrip()[:15].lower().startswith(("<!doctype", "<html"))


def _one_line(value: object, limit: int = TEXT_LIMIT) -> str:
    return " ".join(str(value).split())[:limit]
