"""Answers as they can come over a wire, on our own connections and through aiohttp alike."""

import asyncio
import gzip
import itertools
import random
import socket
import ssl
import zlib

import openai
import pytest
import trustme
from agents.wire_server import CUT, WireServer, answer

from aiev_agents.clients import http_answer, http_pool, transport
from aiev_agents.clients.failures import Kind, of_exception
from aiev_agents.clients.transport import Transport

WAYS = ("direct", "aiohttp")
WHERE = "model 'm' at http://x/v1"
OK = [answer(b'{"a": 1}', x_request_id="7")]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
async def serve():
    """Start a server with these scripts."""
    started = []

    async def start(*scripts, **options):
        started.append(await WireServer(*scripts, **options).start())
        return started[-1]

    yield start
    for server in started:
        await server.stop()


@pytest.fixture
async def open_way():
    """A transport that goes one way or the other."""
    opened = []

    def build(way, url, timeout_seconds=5, key="sk-secret"):
        client = openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0)
        opened.append(Transport(client, timeout_seconds))
        opened[-1]._direct = way == "direct"
        return opened[-1]

    yield build
    for each in opened:
        await each.close()


@pytest.fixture
def direct(open_way):
    return lambda url, **options: open_way("direct", url, **options)


@pytest.fixture(params=WAYS)
def either(request, open_way):
    return lambda url, **options: open_way(request.param, url, **options)


@pytest.fixture
def certificates(monkeypatch):
    """Forget whom an earlier test trusted."""
    transport._certificates.cache_clear()
    yield monkeypatch
    transport._certificates.cache_clear()


async def failure_of(call):
    try:
        answered = await call
    except Exception as error:  # noqa: BLE001 - it is what is looked at
        return of_exception(error, WHERE, 5)
    pytest.fail(f"there was an answer: {answered}")


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
async def test_an_answer_is_whole_wherever_it_says_that_it_ends(serve, either, script):
    server = await serve(script)
    way = either(server.url())
    for _ in range(2):
        got = await way.post(b'{"q": 1}')
        assert (got.status, bytes(got.content)) == (200, b'{"a": 1}')
    assert [request.body for request in server.requests] == [b'{"q": 1}'] * 2


async def test_a_request_carries_address_key_and_length(serve, either):
    server = await serve(OK)
    await either(server.url()).post("{„…“}".encode())
    request = server.requests[0]
    assert request.line == "POST /v1/chat/completions HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["authorization"] == "Bearer sk-secret"
    assert request.headers["content-type"] == "application/json"
    assert request.body.decode() == "{„…“}"


async def test_headers_are_found_in_any_case_and_the_first_of_several_counts(serve, either):
    server = await serve(
        [b"HTTP/1.1 200 OK\r\nRetry-After: 3\r\nempty:\r\nRETRY-AFTER: 4\r\nContent-Length: 0\r\n\r\n"]
    )
    headers = (await either(server.url()).post(b"{}")).headers
    assert (headers.get("retry-after"), headers["Retry-After"], headers.get("none")) == ("3", "3", None)
    assert headers["empty"] == ""
    assert "Retry-after" in headers


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_an_answer_without_a_body_does_not_wait_for_one(serve, either, status):
    server = await serve([f"HTTP/1.1 {status}\r\n\r\n".encode()])
    way = either(server.url())
    for _ in range(2):
        got = await way.post(b"{}")
        assert (got.status, got.content) == (int(status[:3]), b"")
    assert server.connections == 1


async def test_one_connection_serves_call_after_call(serve, either):
    server = await serve(OK)
    way = either(server.url())
    for _ in range(5):
        await way.post(b"{}")
    assert (server.connections, len(server.requests)) == (1, 5)


async def test_calls_at_once_have_a_connection_each_which_later_ones_use_again(serve, either):
    server = await serve([0.05, *OK])
    way = either(server.url())
    await asyncio.gather(*(way.post(b"{}") for _ in range(4)))
    await asyncio.gather(*(way.post(b"{}") for _ in range(4)))
    assert (server.connections, len(server.requests)) == (4, 8)


async def test_a_connection_that_the_endpoint_does_not_keep_is_not_used_again(serve, either):
    server = await serve([answer(connection="close")])
    way = either(server.url())
    for _ in range(2):
        await way.post(b"{}")
    assert server.connections == 2


async def test_a_connection_closed_while_idle_is_replaced_unnoticed(serve, either):
    server = await serve(OK)
    way = either(server.url())
    await way.post(b"{}")
    await server.hang_up()
    await asyncio.sleep(0.02)
    assert (await way.post(b"{}")).status == 200
    assert (server.connections, len(server.requests)) == (2, 2)


async def test_answers_that_come_together_are_kept_although_their_connections_end_at_once(serve, direct):
    server = await serve([0.2, answer(b"paid for", Connection="close"), CUT])
    way = direct(server.url())
    answers = await asyncio.gather(*(way.post(b"{}") for _ in range(100)))
    assert {found.content for found in answers} == {b"paid for"}


async def test_a_few_answers_are_handed_out_in_each_turn_of_the_event_loop():
    turns = http_pool._Turns()
    asked = [asyncio.get_running_loop().create_future() for _ in range(100)]
    for number, one in enumerate(asked):
        turns.hand_out(one, number)
    asked[0].cancel()
    done = []
    while not all(one.done() for one in asked):
        await asyncio.sleep(0)
        done.append(sum(one.done() for one in asked))
    assert max(after - before for before, after in itertools.pairwise([0, *done])) <= http_pool.ANSWERS_AT_ONCE
    assert [one.result() for one in asked[1:]] == list(range(1, 100))


async def test_the_newest_answers_overtake_others_but_never_the_oldest():
    turns = http_pool._Turns()
    asked = [asyncio.get_running_loop().create_future() for _ in range(100)]
    for number, one in enumerate(asked):
        turns.hand_out(one, number)
    await asyncio.sleep(0)
    half = http_pool.ANSWERS_AT_ONCE // 2
    assert [number for number, one in enumerate(asked) if one.done()] == [*range(half), *range(100 - half, 100)]


async def test_an_idle_connection_is_closed_after_a_while(serve, direct, monkeypatch):
    monkeypatch.setattr(http_pool, "IDLE_SECONDS", 0.05)
    server = await serve(OK)
    way = direct(server.url())
    await asyncio.gather(*(way.post(b"{}") for _ in range(3)))
    for _ in range(200):
        if server.closed == 3:
            break
        await asyncio.sleep(0.01)
    assert server.closed == 3
    assert (await way.post(b"{}")).status == 200


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
async def test_a_call_that_is_cut_may_be_tried_again_but_not_by_the_transport(serve, either, cut, used):
    server = await serve(*([OK] if used else []), cut, OK)
    way = either(server.url())
    if used:
        await way.post(b"{}")
    failure = await failure_of(way.post(b"{}"))
    assert failure.kind is Kind.TRANSIENT
    assert "cut the connection" in failure.text
    assert len(server.requests) == 1 + used
    assert (await way.post(b"{}")).status == 200


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
async def test_what_is_no_http_fails_at_once_and_is_not_passed_on(serve, direct, garbage):
    server = await serve([garbage, 5], OK)
    way = direct(server.url())
    failure = await failure_of(way.post(b"{}"))
    assert failure.kind is Kind.TRANSIENT
    assert "no valid HTTP" in failure.text
    assert (await way.post(b"{}")).status == 200


def damaged(chance):
    """One of the answers of this file, or two, with bytes changed, missing, inserted, or the rest cut off."""
    whole = [*(b"".join(step for step in script if isinstance(step, bytes)) for script in FRAMED.values())]
    data = bytearray(b"".join(chance.choices(whole, k=chance.choice([1, 1, 2]))))
    for _ in range(chance.choice([0, 1, 1, 3])):
        at = chance.randrange(len(data))
        change = chance.choice([b"", b"\r\n", b"\0", b"Transfer-Encoding: chunked\r\n", bytes([chance.randrange(256)])])
        data[at : at + chance.randrange(4)] = change
    return bytes(data[: chance.randrange(1, len(data))] if chance.random() < 0.2 else data)


async def test_whatever_comes_is_an_answer_or_a_failure_at_once(serve, direct):
    chance = random.Random(1)
    server = await serve(*([damaged(chance), 0, CUT] for _ in range(300)), [CUT])
    way = direct(server.url(), timeout_seconds=60)
    failed = []
    for _ in range(300):
        try:
            await asyncio.wait_for(way.post(b"{}"), 10)
        except http_answer.HttpError as error:
            failed.append(of_exception(error, WHERE, 5).kind)
    assert 50 < len(failed) < 250
    assert set(failed) == {Kind.TRANSIENT}


async def test_switching_protocols_is_passed_on_as_the_refusal_that_it_is(serve, direct):
    server = await serve([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nxyz"])
    assert (await direct(server.url()).post(b"{}")).status == 101


@pytest.mark.parametrize("more", [OK[0], b"garbage\r\n\r\n"], ids=["a second answer", "garbage"])
async def test_bytes_after_an_answer_end_the_connection_but_not_the_answer(serve, direct, more):
    server = await serve([OK[0] + more])
    way = direct(server.url())
    for _ in range(2):
        assert (await way.post(b"{}")).content == b'{"a": 1}'
    assert server.connections == 2


async def test_bytes_that_nobody_asked_for_are_not_the_next_answer(serve, direct):
    server = await serve(OK)
    way = direct(server.url())
    await way.post(b"{}")
    await server.send(answer(b'{"stray": 1}', status="408 Request Timeout"))
    await asyncio.sleep(0.02)
    assert (await way.post(b"{}")).content == b'{"a": 1}'
    assert server.connections == 2


ENDLESS = {
    "headers": [b"HTTP/1.1 200 OK\r\n", *[b"x: " + b"y" * 500 + b"\r\n"] * 50],
    "one header": [b"HTTP/1.1 200 OK\r\nx: ", *[b"y" * 500] * 50],
    "announcements": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 900,
    "a body": [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", *[b"y" * 5000] * 50],
    "a body until the end": [b"HTTP/1.1 200 OK\r\n\r\n", *[b"y" * 5000] * 50],
    "chunks": [CHUNKED, *[b"2\r\nyy\r\n" * 500] * 50],
    "trailers": [CHUNKED + b"0\r\n", *[b"x: " + b"y" * 500 + b"\r\n"] * 200],
}


@pytest.mark.parametrize("script", ENDLESS.values(), ids=ENDLESS)
async def test_an_answer_without_end_is_given_up(serve, direct, monkeypatch, script):
    monkeypatch.setattr(http_answer, "MAX_HEAD_BYTES", 1 << 10)
    monkeypatch.setattr(http_answer, "MAX_BODY_BYTES", 16 << 10)
    server = await serve([step for part in script for step in (part, 0)] + [5])
    failure = await failure_of(direct(server.url()).post(b"{}"))
    assert (failure.kind, failure.answered) == (Kind.TRANSIENT, True)
    assert "more than" in failure.text


async def test_a_call_that_takes_too_long_ends_and_its_connection_too(serve, either):
    server = await serve(OK, [5, *OK], [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", *[0.05, b"{"] * 5], OK)
    way = either(server.url(), timeout_seconds=0.15)
    await way.post(b"{}")
    for _ in range(2):
        failure = await failure_of(way.post(b"{}"))
        assert failure.text == f"{WHERE} did not answer within 5 s"
    assert (await way.post(b"{}")).status == 200
    assert server.connections == 3


async def test_a_cancelled_call_leaves_no_answer_behind_for_the_next(serve, either):
    server = await serve(OK, [0.1, answer(b'{"late": 1}')], OK)
    way = either(server.url())
    await way.post(b"{}")
    call = asyncio.ensure_future(way.post(b"{}"))
    await asyncio.sleep(0.03)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await way.post(b"{}")).content == b'{"a": 1}'
    assert server.connections == 2


async def test_an_answer_before_the_whole_request_was_sent_is_heard(serve, direct):
    server = await serve(OK)
    way = direct(server.url())
    assert (await way.post(b" " * (8 << 20))).status == 200
    assert len(server.requests[0].body) == 8 << 20
    hasty = await serve([answer(status="413 Too Large"), 0.2, CUT], reads="head")
    assert (await direct(hasty.url()).post(b" " * (32 << 20))).status == 413


async def test_closing_ends_calls_under_way(serve, direct):
    server = await serve([5, *OK])
    way = direct(server.url())
    call = asyncio.ensure_future(way.post(b"{}"))
    await asyncio.sleep(0.05)
    await way.close()
    failure = await failure_of(call)
    assert "cut the connection" in failure.text


def moved(url, status="307 Temporary Redirect"):
    return [answer(b"", status=status, location=url)]


async def test_a_redirect_is_followed_with_the_key_on_the_same_host(serve, either):
    server = await serve(OK)
    server.scripts = [moved("/v2/chat"), moved("/v2/chat"), OK]
    way = either(server.url())
    if way._direct:
        assert (await way.post(b'{"q": 1}')).content == b'{"a": 1}'
        assert [r.line.split()[1] for r in server.requests] == ["/v1/chat/completions"] * 2 + ["/v2/chat"]
    else:
        server.scripts.pop(0)
        assert (await way.post(b'{"q": 1}')).content == b'{"a": 1}'
    assert server.requests[-1].headers["authorization"] == "Bearer sk-secret"
    assert server.requests[-1].body == b'{"q": 1}'


async def test_a_redirect_to_another_host_is_followed_without_the_key(serve, either):
    elsewhere = await serve(OK)
    server = await serve(moved(f"{elsewhere.url()}/chat"))
    way = either(server.url())
    assert (await way.post(b'{"q": 1}')).content == b'{"a": 1}'
    assert [request.body for request in elsewhere.requests] == [b'{"q": 1}']
    assert not any("sk-secret" in value for value in elsewhere.requests[0].headers.values())


async def test_a_redirect_that_does_not_say_where_is_the_answer(serve, either):
    server = await serve([answer(b"", status="302 Found")])
    assert (await either(server.url()).post(b"{}")).status == 302
    assert len(server.requests) == 1


def raw_deflate(content):
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(content) + packing.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate), ("identity", bytes)],
    ids=["gzip", "deflate", "deflate without its frame", "nothing"],
)
async def test_an_answer_compressed_unasked_is_read(serve, either, coding, pack):
    server = await serve([answer(pack(b'{"a": 1}'), content_encoding=coding)])
    assert (await either(server.url()).post(b"{}")).content == b'{"a": 1}'


PACKED = {
    "an unknown coding": ("br", b"xyz", "nobody asked for"),
    "no gzip": ("gzip", b"xyz", "compression is broken"),
    "no deflate": ("deflate", b"\xff" * 9, "compression is broken"),
    "half of it": ("gzip", gzip.compress(b"text" * 99)[:-9], "ends too early"),
    "a bomb": ("gzip", gzip.compress(b" " * (1 << 20)), "more than"),
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
async def test_an_answer_that_cannot_be_unpacked_is_unusable(serve, direct, monkeypatch, packed):
    monkeypatch.setattr(http_answer, "MAX_BODY_BYTES", 64 << 10)
    coding, content, said = packed
    server = await serve([answer(content, content_encoding=coding)])
    failure = await failure_of(direct(server.url()).post(b"{}"))
    assert (failure.kind, failure.answered) == (Kind.TRANSIENT, True)
    assert said in failure.text


async def test_https_works_with_a_certificate_that_the_environment_trusts(serve, either, certificates, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificates.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    server = await serve(OK, tls=identity(authority, "localhost", "127.0.0.1"))
    for host in ("localhost", "127.0.0.1"):
        way = either(server.url(host))
        for _ in range(2):
            assert (await way.post(b"{}")).content == b'{"a": 1}'
    assert server.connections == 2


@pytest.mark.parametrize("trusted", [False, True], ids=["unknown authority", "another name"])
async def test_https_refuses_a_certificate_and_sends_nothing(serve, either, certificates, tmp_path, trusted):
    authority = trustme.CA()
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(tmp_path / "ca.pem")
    certificates.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    server = await serve(OK, tls=identity(authority, "elsewhere.example"))
    failure = await failure_of(either(server.url("localhost")).post(b"{}"))
    assert failure.kind is Kind.FATAL
    assert "certificate" in failure.text
    assert server.requests == []


async def test_https_at_a_port_of_http_is_unavailable(serve, either):
    server = await serve([answer(status="400 Bad Request"), CUT], reads="nothing")
    failure = await failure_of(either(server.url().replace("http:", "https:")).post(b"{}"))
    assert failure.kind is Kind.TRANSIENT
    assert failure.text.startswith("nothing answers for")


def identity(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_an_ipv6_address_is_reached_and_named_in_brackets(serve, either):
    try:
        server = await serve(OK, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 on its loopback interface")
    assert (await either(server.url("[::1]")).post(b"{}")).status == 200
    assert server.requests[0].headers["host"] == f"[::1]:{server.port}"


async def test_a_name_is_looked_up_once_for_many_connections(serve, direct, monkeypatch):
    asked = []
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: asked.append(host) or look_up(host, *a, **k))
    server = await serve([0.05, *OK])
    way = direct(server.url("localhost"))
    await asyncio.gather(*(way.post(b"{}") for _ in range(8)))
    assert asked.count("localhost") == 1
    assert server.connections == 8


UNREACHABLE = {
    "an unknown name": "http://models.invalid/v1",
    "a name that can be none": f"http://{'a' * 64}.invalid/v1",
}


@pytest.mark.parametrize("url", UNREACHABLE.values(), ids=UNREACHABLE)
async def test_a_name_that_stands_for_nothing_is_unavailable_each_time(direct, url):
    way = direct(url)
    for _ in range(2):
        failure = await failure_of(way.post(b"{}"))
        assert failure.kind is Kind.TRANSIENT
        assert failure.text.startswith("nothing answers for")


async def test_a_key_with_a_line_break_is_not_sent(serve, either):
    server = await serve(OK)
    failure = await failure_of(either(server.url(), key="sk-secret\r\nx: y").post(b"{}"))
    assert failure.kind is Kind.REQUEST
    assert "sk-secret" not in failure.text
    assert server.requests == []
