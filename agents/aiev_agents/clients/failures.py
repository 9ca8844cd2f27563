"""What a failed call means for the request, and for the run.

Every way in which an endpoint can fail becomes one `Failure` here, and nowhere else. Invariants: each failure has
exactly one kind; its text is one line, names the endpoint, and never holds a key. Not covered: how often to try again
(`retrying.py`) and how fast (`rates.py`).

Source: meanings of status codes from RFC 9110 and RFC 6585; 402, 429 with a quota code, 529 and errors under status 200
as OpenAI, Anthropic, Google, DeepSeek and OpenRouter document them.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import openai

from aiev_agents.clients.http_answer import CutError, HttpError, NotConnectedError, UnusableAnswerError
from aiev_agents.clients.rate_headers import retry_after
from aiev_agents.errors import ModelError, ModelRefused, ModelUnavailable, RequestRejected

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT_LIMIT = 300
"""Longest text of an endpoint that is passed on, in characters."""


class Kind(StrEnum):
    """What follows from a failure."""

    TRANSIENT = "transient"
    """The same request may succeed in a moment."""
    FATAL = "fatal"
    """No later request can succeed either: the run stops, with everything kept."""
    REQUEST = "request"
    """This request alone is at fault: its item fails."""


_ERRORS: dict[Kind, type[ModelError]] = {
    Kind.TRANSIENT: ModelUnavailable,
    Kind.FATAL: ModelRefused,
    Kind.REQUEST: RequestRejected,
}

STATUSES: dict[int, Kind] = {
    HTTPStatus.BAD_REQUEST: Kind.REQUEST,
    HTTPStatus.UNAUTHORIZED: Kind.FATAL,
    HTTPStatus.PAYMENT_REQUIRED: Kind.FATAL,
    HTTPStatus.FORBIDDEN: Kind.FATAL,
    HTTPStatus.NOT_FOUND: Kind.FATAL,
    HTTPStatus.METHOD_NOT_ALLOWED: Kind.FATAL,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: Kind.FATAL,
    HTTPStatus.REQUEST_TIMEOUT: Kind.TRANSIENT,
    HTTPStatus.CONFLICT: Kind.TRANSIENT,
    HTTPStatus.GONE: Kind.FATAL,
    HTTPStatus.TOO_EARLY: Kind.TRANSIENT,
    HTTPStatus.TOO_MANY_REQUESTS: Kind.TRANSIENT,
    HTTPStatus.NOT_IMPLEMENTED: Kind.FATAL,
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED: Kind.FATAL,
}
"""Kinds of the statuses that have one of their own; `kind_of_status` has the rest."""

CODES: dict[str, Kind] = {
    "insufficient_quota": Kind.FATAL,
    "billing_hard_limit_reached": Kind.FATAL,
    "billing_not_active": Kind.FATAL,
    "credit_balance_too_low": Kind.FATAL,
    "insufficient_balance": Kind.FATAL,
    "invalid_api_key": Kind.FATAL,
    "api_key_invalid": Kind.FATAL,
    "authentication_error": Kind.FATAL,
    "permission_error": Kind.FATAL,
    "account_deactivated": Kind.FATAL,
    "model_not_found": Kind.FATAL,
    "context_length_exceeded": Kind.REQUEST,
    "string_above_max_length": Kind.REQUEST,
    "content_filter": Kind.REQUEST,
    "content_policy_violation": Kind.REQUEST,
    "responsibleaipolicyviolation": Kind.REQUEST,
    "moderation": Kind.REQUEST,
    "flagged": Kind.REQUEST,
    "rate_limit_exceeded": Kind.TRANSIENT,
    "rate_limit_error": Kind.TRANSIENT,
    "overloaded_error": Kind.TRANSIENT,
    "server_error": Kind.TRANSIENT,
    "resource_exhausted": Kind.TRANSIENT,
}
"""Error codes and types that say more than the status they come with."""

PHRASES: dict[str, Kind] = {
    "api key not valid": Kind.FATAL,
    "insufficient balance": Kind.FATAL,
    "credit balance is too low": Kind.FATAL,
    "exceeded your current quota": Kind.FATAL,
    "requires moderation": Kind.REQUEST,
    "was flagged": Kind.REQUEST,
}
"""Phrases of endpoints that give no code."""

_ADVICE = {
    HTTPStatus.UNAUTHORIZED: "check the key",
    HTTPStatus.PAYMENT_REQUIRED: "the account has no money left: top it up",
    HTTPStatus.FORBIDDEN: "check the key's rights",
    HTTPStatus.NOT_FOUND: "check model.name, and that model.base_url ends where the endpoint's API begins, often /v1",
    HTTPStatus.METHOD_NOT_ALLOWED: "check model.base_url; it often ends in /v1",
}
_CONNECTION = (
    openai.APIConnectionError,
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,
    NotConnectedError,
    CutError,
)
_UNCONNECTED = (ConnectionRefusedError, aiohttp.ClientConnectorError, NotConnectedError)
_ANY_ADVICE = "check the model's name, the key and its rights"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed call."""

    kind: Kind
    text: str
    """What happened, in one line."""
    throttled: bool = False
    """The endpoint said that too much was sent (429): send less at once."""
    retry_after: float | None = None
    """Seconds that the endpoint asks to wait; None when it does not say."""
    answered: bool = False
    """A reply came, and may have to be paid for, but cannot be used."""
    prompt_tokens: int = 0
    """Tokens read for such a reply, as the endpoint counted them."""
    completion_tokens: int = 0

    def error(self) -> ModelError:
        """The error that a caller sees."""
        error = _ERRORS[self.kind](self.text)
        error.retry_after = self.retry_after
        return error


class CallFailedError(Exception):
    """Carries a failure from the call to what decides on another try."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.text)
        self.failure = failure


def kind_of_status(status: int) -> Kind:
    """What an HTTP status says by itself: 5xx may pass, other 4xx are the request's fault, 3xx a wrong address."""
    if status in STATUSES:
        return STATUSES[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Kind.TRANSIENT
    return Kind.REQUEST if status >= HTTPStatus.BAD_REQUEST else Kind.FATAL


def of_status(status: int, headers: Mapping[str, str], body: object, where: str) -> Failure:
    """The failure behind an HTTP error.

    Args:
        status: three digits, or what an error object under status 200 gave as its code.
        headers: of the answer, in lower case or of a type that does not mind.
        body: the decoded JSON, or the text.
        where: names model and address in the message.
    """
    error = _error_object(body)
    said = _said(error, body)
    kind = kind_of_status(status)
    for word in (error.get("code"), error.get("type"), error.get("status")):
        kind = CODES.get(str(word).lower(), kind)
    lowered = said.lower()
    kind = next((found for phrase, found in PHRASES.items() if phrase in lowered), kind)
    verb = {Kind.FATAL: "refused the request", Kind.REQUEST: "rejected one request", Kind.TRANSIENT: "failed"}[kind]
    advice = _advice(status) if kind is Kind.FATAL else ""
    return Failure(
        kind,
        f"{where} {verb}: {status}{' ' + said if said else ''}{advice}",
        throttled=status == HTTPStatus.TOO_MANY_REQUESTS and kind is Kind.TRANSIENT,
        retry_after=retry_after(headers),
    )


def of_exception(error: Exception, where: str, timeout_seconds: float) -> Failure:
    """The failure behind an exception of the client; one that is none of the client's own is the request's fault."""
    if isinstance(error, openai.APIStatusError):
        return of_status(error.status_code, error.response.headers, error.body, where)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return Failure(Kind.FATAL, f"{where} refused: its certificate cannot be verified ({_one_line(_last(error))})")
    late = (TimeoutError, openai.APITimeoutError)
    if isinstance(error, late) and not _never_connected(error):
        return Failure(Kind.TRANSIENT, f"{where} did not answer within {timeout_seconds:g} s")
    if isinstance(error, aiohttp.InvalidURL):
        return Failure(Kind.FATAL, f"{where}: model.base_url is no address of the web ({_one_line(error)})")
    if isinstance(error, _CONNECTION):
        return _connection(error, where)
    if isinstance(error, (openai.OpenAIError, aiohttp.ClientError, HttpError)):
        return _without_answer(error, where)
    if isinstance(error, OSError):
        return Failure(Kind.TRANSIENT, f"{where} cannot be reached: {_one_line(error)}")
    return Failure(Kind.REQUEST, f"{where} was not asked: the request cannot be sent ({_one_line(error)})")


def of_error_object(body: dict[str, Any], headers: Mapping[str, str], where: str) -> Failure:
    """The failure behind an error object that came with status 200; without a usable code it may pass."""
    code = _error_object(body).get("code")
    failing = isinstance(code, int) and HTTPStatus.BAD_REQUEST <= code <= 599  # noqa: PLR2004 - the last status
    status = code if failing and isinstance(code, int) else HTTPStatus.INTERNAL_SERVER_ERROR
    return of_status(int(status), headers, body, where)


def unusable(what: str, where: str, kind: Kind = Kind.TRANSIENT) -> Failure:
    """A reply that came, but holds nothing to go on with."""
    return Failure(kind, f"{where} sent {what}", answered=True)


def without_key(failure: Failure, key: str) -> Failure:
    """The same failure; an endpoint that repeats the key is not passed on."""
    return replace(failure, text=failure.text.replace(key, "***")) if key and key in failure.text else failure


def _connection(error: Exception, where: str) -> Failure:
    if _never_connected(error):
        why = _one_line(_last(error)) or type(_last(error)).__name__
        return Failure(
            Kind.TRANSIENT, f"nothing answers for {where}; is the server running and the address right? ({why})"
        )
    return Failure(Kind.TRANSIENT, f"{where} cut the connection ({_one_line(_last(error))})")


def _without_answer(error: Exception, where: str) -> Failure:
    if isinstance(error, UnusableAnswerError):
        return unusable(_one_line(error), where)
    return Failure(Kind.TRANSIENT, f"{where} failed: {_one_line(error)}")


def _never_connected(error: BaseException) -> bool:
    """Whether there was no connection at all; the SDK reports that as a time-out, too."""
    return any(isinstance(cause, _UNCONNECTED) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """An error and what it was raised from, the outermost first."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _last(error: BaseException) -> BaseException:
    return _causes(error)[-1]


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


def _advice(status: int) -> str:
    return (
        f"; {_ADVICE[HTTPStatus(status)]}" if status in _ADVICE else "; check the model's name, the key and its rights"
    )


def _is_html(text: str) -> bool:
    return text.lstrip()[:15].lower().startswith(("<!doctype", "<html"))


def _one_line(value: object) -> str:
    return " ".join(str(value).split())[:TEXT_LIMIT]
