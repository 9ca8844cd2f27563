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
from aiev_agents.clients.transport import AnswerTooLargeError
from aiev_agents.errors import ModelError, ModelRefused, ModelUnavailable, RequestRejected

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT_LIMIT = 300
"""Longest text of an endpoint that is passed on, in characters."""

STATUSES: dict[int, type[ModelError]] = {
    HTTPStatus.BAD_REQUEST: RequestRejected,
    HTTPStatus.UNAUTHORIZED: ModelRefused,
    HTTPStatus.PAYMENT_REQUIRED: ModelRefused,
    HTTPStatus.FORBIDDEN: ModelRefused,
    HTTPStatus.NOT_FOUND: ModelRefused,
    HTTPStatus.METHOD_NOT_ALLOWED: ModelRefused,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: ModelRefused,
    HTTPStatus.REQUEST_TIMEOUT: ModelUnavailable,
    HTTPStatus.CONFLICT: ModelUnavailable,
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
    "model_not_found": ModelRefused,
    "context_length_exceeded": RequestRejected,
    "string_above_max_length": RequestRejected,
    "content_filter": RequestRejected,
    "content_policy_violation": RequestRejected,
    "responsibleaipolicyviolation": RequestRejected,
    "moderation": RequestRejected,
    "flagged": RequestRejected,
    "rate_limit_exceeded": ModelUnavailable,
    "rate_limit_error": ModelUnavailable,
    "overloaded_error": ModelUnavailable,
    "server_error": ModelUnavailable,
    "resource_exhausted": ModelUnavailable,
}
"""Error codes and types that say more than the status they come with."""

PHRASES: dict[str, type[ModelError]] = {
    "api key not valid": ModelRefused,
    "insufficient balance": ModelRefused,
    "credit balance is too low": ModelRefused,
    "exceeded your current quota": ModelRefused,
    "requires moderation": RequestRejected,
    "was flagged": RequestRejected,
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
    RequestRejected: "rejected one request",
    ModelUnavailable: "failed",
}
_ADVICE: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "check the key",
    HTTPStatus.PAYMENT_REQUIRED: "the account has no money left: top it up",
    HTTPStatus.FORBIDDEN: "check the key's rights",
    HTTPStatus.NOT_FOUND: "check model.name, and that model.base_url ends where the endpoint's API begins, often /v1",
    HTTPStatus.METHOD_NOT_ALLOWED: "check model.base_url; it often ends in /v1",
}
_ANY_ADVICE = "check the model's name, the key and its rights"


def meaning_of_status(status: int) -> type[ModelError]:
    """What an HTTP status says by itself: 5xx may pass, other 4xx are the request's fault, 3xx a wrong address."""
    if status in STATUSES:
        return STATUSES[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelUnavailable
    return RequestRejected if status >= HTTPStatus.BAD_REQUEST else ModelRefused


def of_status(status: int, headers: Mapping[str, str], body: object, where: str) -> ModelError:
    """The error behind an HTTP status that is none of success.

    Args:
        status: three digits, or what an error object under status 200 gave as its code.
        headers: of the answer, in lower case or of a type that does not mind.
        body: the decoded JSON, or the text.
        where: names model and address in the message.
    """
    error = _error_object(body)
    said = _said(error, body)
    found = meaning_of_status(status)
    for word in (error.get("code"), error.get("type"), error.get("status")):
        found = CODES.get(str(word).lower(), found)
    lowered = said.lower()
    found = next((meaning for phrase, meaning in PHRASES.items() if phrase in lowered), found)
    advice = f"; {_ADVICE.get(status, _ANY_ADVICE)}" if found is ModelRefused else ""
    return found(
        f"{where} {_VERBS[found]}: {status}{' ' + said if said else ''}{advice}",
        throttled=status == HTTPStatus.TOO_MANY_REQUESTS and found is ModelUnavailable,
        retry_after=retry_after(headers),
    )


def of_exception(error: Exception, where: str, timeout_seconds: float) -> ModelError:
    """The error behind an exception of a client; one that is none of theirs is the request's fault."""
    if isinstance(error, openai.APIStatusError):
        return of_status(error.status_code, error.response.headers, error.body, where)
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


def without_key(error: ModelError, key: str) -> ModelError:
    """The same error; an endpoint that repeats the key is not passed on."""
    if key and key in str(error):
        error.args = (str(error).replace(key, "***"),)
    return error


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


def _one_line(value: object) -> str:
    return " ".join(str(value).split())[:TEXT_LIMIT]
