"""Every way to fail, played by a real server: what becomes of the request, and how often it is sent."""

import ssl
from types import SimpleNamespace

import aiohttp
import openai
import pytest
from aiohttp.http_exceptions import DecompressSizeError, HttpProcessingError
from support.faulty_endpoint import GOOD, Answer, completion, error

from aiev_agents.clients import retrying
from aiev_agents.clients.failures import (
    CODES,
    EXCEPTIONS,
    PHRASES,
    STATUSES,
    meaning_of_status,
    of_exception,
    of_status,
)
from aiev_agents.errors import ModelRefused, ModelUnavailable, ModelUnknown, RequestRejected, TextRejected
from aiev_agents.messages import ChatRequest

WHERE = "model 'm' at http://x/v1"
REQUEST = ChatRequest(model="m", turns=(("user", "Hi"),))
HTML = "<!DOCTYPE html><html><body>Welcome</body></html>"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The same back-off with shorter waits."""
    monkeypatch.setattr(retrying, "_backoff", lambda _state: 0.01)


def message(content, reason="stop", **extra):
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": content} | extra}
    return Answer(body=completion(choices=[choice]))


TRANSIENT = {
    "429": error(429),
    "429 with a rate-limit code": error(429, code="rate_limit_exceeded"),
    "408": error(408),
    "409": error(409),
    "425": error(425),
    "500": error(500),
    "502 with a page": Answer(502, HTML, {"Content-Type": "text/html"}),
    "503": error(503),
    "504 without a body": Answer(504, b""),
    "529 overloaded": error(529, code="overloaded_error"),
    "599": error(599),
    "500 with JSON without an end to its brackets": Answer(500, b"[" * 200_000),
    "connection cut before the answer": Answer(cut="head"),
    "connection cut in the body": Answer(cut="body"),
    "no answer in time": Answer(delay=1),
    "a body that never ends": Answer(drip=0.05),
    "broken JSON": Answer(body='{"id": "1", "choices": [{"ind'),
    "JSON without an end to its brackets": Answer(body=b"[" * 200_000),
    "an empty body": Answer(body=b""),
    "a page": Answer(body=HTML, headers={"Content-Type": "text/html"}),
    "JSON that is a list": Answer(body=[1, 2]),
    "JSON that is null": Answer(body="null"),
    "bytes that are no text": Answer(body=b"\xff\xfe\x00"),
    "no choices": Answer(body=completion(choices=[])),
    "choices missing": Answer(body={"id": "1"}),
    "choices null": Answer(body=completion(choices=None)),
    "choice of another type": Answer(body=completion(choices=["text"])),
    "no message": Answer(body=completion(choices=[{"index": 0}])),
    "content null": message(None),
    "content empty": message(""),
    "content blank": message(" \n "),
    "content of another type": message(7),
    "finish reason error": message("half of a", reason="error"),
    "200 with an error": Answer(body={"error": {"message": "upstream failed", "code": 502}}),
    "200 with a 429": Answer(body={"error": {"message": "slow down", "code": 429}}),
    "200 with an error in words": Answer(body={"error": "try later"}),
}
FATAL = {
    "401": error(401, "Incorrect API key provided: sk-secret"),
    "402": error(402, "Insufficient Balance"),
    "403": error(403, "country not supported"),
    "404": error(404, "The model `m` does not exist", "model_not_found"),
    "404 with a page": Answer(404, HTML, {"Content-Type": "text/html"}),
    "405": error(405),
    "407": error(407),
    "410": error(410),
    "429 with a spent quota": error(429, "You exceeded your current quota", "insufficient_quota"),
    "429 with a spent quota in words alone": error(429, "You exceeded your current quota, check your plan"),
    "400 with a wrong key": Answer(400, [{"error": {"message": "API key not valid.", "status": "INVALID_ARGUMENT"}}]),
    "400 with an unknown model": error(400, "no such model", "model_not_found"),
    "400 without credit": error(400, "Your credit balance is too low"),
    "501": error(501),
    "505": error(505),
    "304": Answer(304, b""),
    "200 with a refused key": Answer(body={"error": {"message": "No auth", "code": 401}}),
}
REQUEST_FAULT = {
    "400": error(400, "this cannot be answered"),
    "400 with a long context": error(400, "too long", "context_length_exceeded"),
    "403 for what was asked": error(403, "Your input was flagged"),
    "413": error(413),
    "414": error(414),
    "422": error(422),
    "431": error(431),
    "451": error(451),
    "stopped by a content filter": message("", reason="content_filter"),
    "a refusal": message(None, refusal="I cannot help with that"),
    "nothing within max_tokens": message("", reason="length"),
    "200 with a long context": Answer(body={"error": {"message": "too long", "code": "context_length_exceeded"}}),
}


@pytest.mark.parametrize("answer", TRANSIENT.values(), ids=TRANSIENT)
async def test_what_may_pass_is_sent_again_and_the_reply_counts_the_tries(faulty, model_at, answer):
    endpoint = await faulty(answer, answer, GOOD)
    reply = await model_at(endpoint.url, timeout_seconds=0.3).chat(REQUEST)
    assert (reply.content, reply.tries, len(endpoint.bodies)) == ("Hello", 3, 3)


@pytest.mark.parametrize("answer", FATAL.values(), ids=FATAL)
async def test_what_concerns_every_request_is_not_sent_again_and_stops_the_next(faulty, model_at, answer):
    endpoint = await faulty(answer)
    model = model_at(endpoint.url)
    for _ in range(2):
        with pytest.raises(ModelRefused, match=r"^model 'm' at http://127.0.0.1") as caught:
            await model.chat(REQUEST)
        assert "sk-secret" not in str(caught.value)
        assert "\n" not in str(caught.value)
    assert len(endpoint.bodies) == 1


@pytest.mark.parametrize("answer", REQUEST_FAULT.values(), ids=REQUEST_FAULT)
async def test_what_concerns_one_request_is_not_sent_again_and_spares_the_next(faulty, model_at, answer):
    endpoint = await faulty(answer, GOOD)
    model = model_at(endpoint.url)
    with pytest.raises(RequestRejected):
        await model.chat(REQUEST)
    assert (await model.chat(REQUEST)).content == "Hello"
    assert len(endpoint.bodies) == 2


async def test_a_text_that_cannot_be_sent_is_the_requests_fault(faulty, model_at):
    endpoint = await faulty(GOOD)
    model = model_at(endpoint.url)
    reply = await model.chat(ChatRequest(model="m", turns=(("user", "lone \ud800 surrogate"),)))
    assert reply.content == "Hello"
    with pytest.raises(RequestRejected, match="cannot be sent"):
        await model.chat(ChatRequest(model="m", turns=(("user", b"bytes"),)))


def test_a_certificate_that_cannot_be_verified_is_fatal():
    cause = ssl.SSLCertVerificationError("self-signed certificate")
    connection = openai.APIConnectionError(request=None)
    connection.__cause__ = cause
    failure = of_exception(connection, "model 'm' at https://x", 1)
    assert isinstance(failure, ModelRefused)
    assert "self-signed" in str(failure)


MEANINGS = {ModelRefused, ModelUnknown, ModelUnavailable, RequestRejected, TextRejected}


def tree(root):
    """A class and all that are derived from it."""
    return [root, *(found for child in root.__subclasses__() for found in tree(child))]


def test_every_status_code_and_phrase_has_a_meaning():
    assert {meaning_of_status(status) for status in range(300, 600)} == MEANINGS
    assert {*STATUSES.values(), *CODES.values(), *PHRASES.values()} == MEANINGS
    for status in range(300, 600):
        assert str(of_status(status, {}, None, WHERE)).startswith(WHERE)


@pytest.mark.parametrize("root", [openai.OpenAIError, aiohttp.ClientError, HttpProcessingError, OSError], ids=str)
def test_every_error_of_the_clients_has_a_row_of_its_own_kind(root):
    for known in tree(root):
        if issubclass(known, (openai.APIStatusError, aiohttp.ClientHttpProxyError)):
            continue  # they carry a status, which is what is translated
        row = next(row for row in EXCEPTIONS if issubclass(known, row))
        assert row is not Exception, known
        assert EXCEPTIONS[row][0] in MEANINGS


KEY = SimpleNamespace(host="h", port=1, ssl=True)
MADE = {
    aiohttp.ClientConnectorError: aiohttp.ClientConnectorError(KEY, OSError(1, "several\nlines")),
    openai.APITimeoutError: openai.APITimeoutError(None),
    openai.APIConnectionError: openai.APIConnectionError(message="several\nlines", request=None),
    DecompressSizeError: DecompressSizeError("several\nlines"),
    HttpProcessingError: HttpProcessingError(message="several\nlines"),
}
"""Exceptions that take more than a text."""


@pytest.mark.parametrize("row", EXCEPTIONS, ids=lambda row: row.__name__)
def test_every_row_of_exceptions_is_reached_and_gives_one_line(row):
    error = MADE.get(row) or row("several\nlines")
    failure = of_exception(error, WHERE, 1)
    assert type(failure) is EXCEPTIONS[row][0]
    assert WHERE in str(failure)
    assert "\n" not in str(failure)


def test_the_status_of_a_proxy_is_its_own():
    refused = aiohttp.ClientHttpProxyError(None, (), status=407, message="Proxy Authentication Required")
    assert isinstance(of_exception(refused, WHERE, 1), ModelRefused)
