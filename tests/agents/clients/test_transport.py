"""Answers as they can come over a wire, from a real server on the loopback interface."""

import asyncio
import random

import pytest
from support.wire_server import CUT, answer

from aiev_agents.clients import transport
from aiev_agents.clients.failures import of_exception
from aiev_agents.errors import ModelUnavailable

WHERE = "model 'm' at http://x/v1"
OK = [answer(b'{"a": 1}', x_request_id="7")]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


FRAMED = {
    "a length": OK,
    "chunks": [CHUNKED + b'3\r\n{"a\r\n5;x=y\r\n": 1}\r\n0\r\nx-trailer: 1\r\n\r\n'],
    "the end of the connection": [b'HTTP/1.1 200 OK\r\nx: \r\n\r\n{"a": 1}', CUT],
    "the end of the connection in parts": [b"HTTP/1.1 200 OK\r\n\r\n", 0.01, b'{"a"', 0.01, b": 1}", CUT],
    "lines without a carriage return": [b'HTTP/1.1 200 OK\nContent-Length: 8\n\n{"a": 1}'],
    "HTTP/1.0": [b'HTTP/1.0 200 OK\r\n\r\n{"a": 1}', CUT],
    "an announcement": [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 0.01, *OK],
    "single bytes": [step for byte in OK[0] for step in (bytes([byte]), 0)],
    "single bytes of chunks": [step for byte in CHUNKED + b'8\r\n{"a": 1}\r\n0\r\n\r\n' for step in (bytes([byte]), 0)],
}


@pytest.mark.parametrize("script", FRAMED.values(), ids=FRAMED)
async def test_an_answer_is_whole_wherever_it_says_that_it_ends(wire, chat_at, script):
    server = await wire(script)
    chat = chat_at(server.url())
    for _ in range(2):
        got = await chat.post(b'{"q": 1}')
        assert (got.status, bytes(got.content)) == (200, b'{"a": 1}')
    assert [request.body for request in server.requests] == [b'{"q": 1}'] * 2


async def test_a_request_carries_address_key_and_length(wire, chat_at):
    server = await wire(OK)
    await chat_at(server.url()).post("{„…“}".encode())
    request = server.requests[0]
    assert request.line == "POST /v1/chat/completions HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["authorization"] == "Bearer sk-secret"
    assert request.headers["content-type"] == "application/json"
    assert request.body.decode() == "{„…“}"


async def test_headers_are_found_in_any_case_and_the_first_of_several_counts(wire, chat_at):
    server = await wire([b"HTTP/1.1 200 OK\r\nRetry-After: 3\r\nempty:\r\nRETRY-AFTER: 4\r\nContent-Length: 0\r\n\r\n"])
    headers = (await chat_at(server.url()).post(b"{}")).headers
    assert (headers.get("retry-after"), headers["Retry-After"], headers.get("none")) == ("3", "3", None)
    assert headers["empty"] == ""
    assert "Retry-after" in headers


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_an_answer_without_a_body_does_not_wait_for_one(wire, chat_at, status):
    server = await wire([f"HTTP/1.1 {status}\r\n\r\n".encode()])
    chat = chat_at(server.url())
    for _ in range(2):
        got = await chat.post(b"{}")
        assert (got.status, got.content) == (int(status[:3]), b"")
    assert server.connections == 1


async def test_one_connection_serves_call_after_call(wire, chat_at):
    server = await wire(OK)
    chat = chat_at(server.url())
    for _ in range(5):
        await chat.post(b"{}")
    assert (server.connections, len(server.requests)) == (1, 5)


async def test_calls_at_once_have_a_connection_each_which_later_ones_use_again(wire, chat_at):
    server = await wire([0.05, *OK])
    chat = chat_at(server.url())
    await asyncio.gather(*(chat.post(b"{}") for _ in range(4)))
    await asyncio.gather(*(chat.post(b"{}") for _ in range(4)))
    assert (server.connections, len(server.requests)) == (4, 8)


async def test_a_connection_that_the_endpoint_does_not_keep_is_not_used_again(wire, chat_at):
    server = await wire([answer(connection="close")])
    chat = chat_at(server.url())
    for _ in range(2):
        await chat.post(b"{}")
    assert server.connections == 2


async def test_a_connection_closed_while_idle_is_replaced_unnoticed(wire, chat_at):
    server = await wire(OK)
    chat = chat_at(server.url())
    await chat.post(b"{}")
    await server.hang_up()
    await asyncio.sleep(0.02)
    assert (await chat.post(b"{}")).status == 200
    assert (server.connections, len(server.requests)) == (2, 2)


async def test_answers_that_come_together_are_kept_although_their_connections_end_at_once(wire, chat_at):
    server = await wire([0.2, answer(b"paid for", Connection="close"), CUT])
    chat = chat_at(server.url())
    answers = await asyncio.gather(*(chat.post(b"{}") for _ in range(100)))
    assert {found.content for found in answers} == {b"paid for"}


async def test_an_idle_connection_is_closed_after_a_while(wire, chat_at, monkeypatch):
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.05)
    server = await wire(OK)
    chat = chat_at(server.url())
    await asyncio.gather(*(chat.post(b"{}") for _ in range(3)))
    for _ in range(200):
        if server.closed == 3:
            break
        await asyncio.sleep(0.01)
    assert server.closed == 3
    assert (await chat.post(b"{}")).status == 200


CUTS = {
    "before the answer": [CUT],
    "in the headers": [b"HTTP/1.1 200 OK\r\nContent-Le", CUT],
    "after an announcement": [b"HTTP/1.1 100 Continue\r\n\r\n", CUT],
    "in the body": [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", CUT],
    "in the chunks": [CHUNKED + b"9\r\n{", CUT],
    "before the last chunk": [CHUNKED + b"1\r\n{\r\n", CUT],
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
@pytest.mark.parametrize("used", [False, True], ids=["first call", "used connection"])
async def test_a_call_that_is_cut_may_be_tried_again_but_not_by_the_transport(wire, chat_at, cut, used, failure_of):
    server = await wire(*([OK] if used else []), cut, OK)
    chat = chat_at(server.url())
    if used:
        await chat.post(b"{}")
    failure = await failure_of(chat.post(b"{}"))
    assert isinstance(failure, ModelUnavailable)
    assert "cut the connection" in str(failure)
    assert len(server.requests) == 1 + used
    assert (await chat.post(b"{}")).status == 200


GARBAGE = {
    "another protocol": b"SSH-2.0-OpenSSH_9.9\r\n",
    "bytes": bytes(range(256)),
    "a status that is none": b"HTTP/1.1 abc OK\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "a length below nothing": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "a length and chunks": CHUNKED[:-2] + b"Content-Length: 1\r\n\r\n1\r\n{\r\n0\r\n\r\n",
    "a chunk without a size": CHUNKED + b"xyz\r\n",
    "a header without a name": b"HTTP/1.1 200 OK\r\n: x\r\n\r\n{}",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
async def test_what_is_no_http_fails_at_once_and_is_not_passed_on(wire, chat_at, garbage, failure_of):
    server = await wire([garbage, 5], OK)
    chat = chat_at(server.url())
    failure = await failure_of(chat.post(b"{}"))
    assert isinstance(failure, ModelUnavailable)
    assert "no valid HTTP" in str(failure)
    assert (await chat.post(b"{}")).status == 200


def damaged(chance):
    """One of the answers of this file, or two, with bytes changed, missing, inserted, or the rest cut off."""
    whole = [*(b"".join(step for step in script if isinstance(step, bytes)) for script in FRAMED.values())]
    data = bytearray(b"".join(chance.choices(whole, k=chance.choice([1, 1, 2]))))
    for _ in range(chance.choice([0, 1, 1, 3])):
        at = chance.randrange(len(data))
        change = chance.choice([b"", b"\r\n", b"\0", b"Transfer-Encoding: chunked\r\n", bytes([chance.randrange(256)])])
        data[at : at + chance.randrange(4)] = change
    return bytes(data[: chance.randrange(1, len(data))] if chance.random() < 0.2 else data)


async def test_whatever_comes_is_an_answer_or_a_failure_at_once(wire, chat_at):
    chance = random.Random(1)
    server = await wire(*([damaged(chance), 0, CUT] for _ in range(300)), [CUT])
    chat = chat_at(server.url(), timeout_seconds=60)
    failed = []
    for _ in range(300):
        try:
            await asyncio.wait_for(chat.post(b"{}"), 10)
        except Exception as error:  # noqa: BLE001 - it is what is looked at
            failed.append(type(of_exception(error, WHERE, 5)))
    assert 50 < len(failed) < 250
    assert set(failed) == {ModelUnavailable}


async def test_switching_protocols_is_passed_on_as_the_refusal_that_it_is(wire, chat_at):
    server = await wire([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nxyz"])
    assert (await chat_at(server.url()).post(b"{}")).status == 101


async def test_a_second_answer_ends_the_connection_but_not_the_first(wire, chat_at):
    server = await wire([OK[0] + OK[0]])
    chat = chat_at(server.url())
    for _ in range(2):
        assert (await chat.post(b"{}")).content == b'{"a": 1}'
    assert server.connections == 2


ENDLESS = {
    "a body": [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", *[b"y" * 5000] * 50],
    "a body until the end": [b"HTTP/1.1 200 OK\r\n\r\n", *[b"y" * 5000] * 50],
    "chunks": [CHUNKED, *[b"2\r\nyy\r\n" * 500] * 50],
}
ENDLESS_HEADS = {
    "headers": [b"HTTP/1.1 200 OK\r\n", *[b"x: " + b"y" * 500 + b"\r\n"] * 200],
    "one header": [b"HTTP/1.1 200 OK\r\nx: ", *[b"y" * 500] * 50],
    "trailers": [CHUNKED + b"0\r\n", *[b"x: " + b"y" * 500 + b"\r\n"] * 200],
}


@pytest.mark.parametrize("script", ENDLESS.values(), ids=ENDLESS)
async def test_a_body_without_end_is_given_up(wire, chat_at, monkeypatch, script, failure_of):
    monkeypatch.setattr(transport, "MAX_BYTES", 16 << 10)
    server = await wire([step for part in script for step in (part, 0)] + [5])
    failure = await failure_of(chat_at(server.url()).post(b"{}"))
    assert (type(failure), failure.answered) == (ModelUnavailable, True)
    assert "more than" in str(failure)


@pytest.mark.parametrize("script", ENDLESS_HEADS.values(), ids=ENDLESS_HEADS)
async def test_headers_without_end_are_given_up(wire, chat_at, script, failure_of):
    server = await wire([step for part in script for step in (part, 0)] + [5])
    failure = await failure_of(chat_at(server.url(), timeout_seconds=1).post(b"{}"))
    assert isinstance(failure, ModelUnavailable)


async def test_a_call_that_takes_too_long_ends_and_its_connection_too(wire, chat_at, failure_of):
    server = await wire(OK, [5, *OK], [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", *[0.05, b"{"] * 5], OK)
    chat = chat_at(server.url(), timeout_seconds=0.15)
    await chat.post(b"{}")
    for _ in range(2):
        failure = await failure_of(chat.post(b"{}"))
        assert str(failure) == f"{WHERE} did not answer within 5 s"
    assert (await chat.post(b"{}")).status == 200
    assert server.connections == 3


async def test_a_cancelled_call_leaves_no_answer_behind_for_the_next(wire, chat_at):
    server = await wire(OK, [0.1, answer(b'{"late": 1}')], OK)
    chat = chat_at(server.url())
    await chat.post(b"{}")
    call = asyncio.ensure_future(chat.post(b"{}"))
    await asyncio.sleep(0.03)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await chat.post(b"{}")).content == b'{"a": 1}'
    assert server.connections == 2


async def test_an_answer_before_the_whole_request_was_sent_is_heard(wire, chat_at):
    server = await wire(OK)
    chat = chat_at(server.url())
    assert (await chat.post(b" " * (512 << 10))).status == 200
    assert len(server.requests[0].body) == 512 << 10
    hasty = await wire([answer(status="413 Too Large"), 0.2, CUT], reads="head")
    assert (await chat_at(hasty.url()).post(b" " * (1 << 20))).status == 413


async def test_closing_ends_calls_under_way(wire, chat_at, failure_of):
    server = await wire([5, *OK])
    chat = chat_at(server.url())
    call = asyncio.ensure_future(chat.post(b"{}"))
    await asyncio.sleep(0.05)
    await chat.close()
    failure = await failure_of(call)
    assert "cut the connection" in str(failure)
