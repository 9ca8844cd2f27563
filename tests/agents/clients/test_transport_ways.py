"""Redirects, compression, TLS and names: the ways to an endpoint, against real servers on the loopback interface."""

import asyncio
import gzip
import socket
import ssl
import zlib
from contextlib import nullcontext

import pytest
import trustme
from support.wire_server import CUT, answer
from yarl import URL

from aiev_agents.clients import transport
from aiev_agents.clients.transport import RedirectedElsewhereError, followed
from aiev_agents.errors import ModelRefused, ModelUnavailable, RequestRejected

OK = [answer(b'{"a": 1}', x_request_id="7")]


@pytest.fixture
def trust(monkeypatch, tmp_path):
    """Let the environment name an authority as the one to trust, and forget whom an earlier test trusted."""

    def name(authority):
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        return authority

    transport._certificates.cache_clear()
    yield name
    transport._certificates.cache_clear()


def moved(url, status="307 Temporary Redirect"):
    return [answer(b"", status=status, location=url)]


async def test_a_redirect_is_followed_with_the_key_on_the_same_host(wire, chat_at):
    server = await wire(OK)
    server.scripts = [moved("/v2/chat"), OK]
    assert (await chat_at(server.url()).post(b'{"q": 1}')).content == b'{"a": 1}'
    assert [request.line.split()[1] for request in server.requests] == ["/v1/chat/completions", "/v2/chat"]
    assert server.requests[-1].headers["authorization"] == "Bearer sk-secret"
    assert server.requests[-1].body == b'{"q": 1}'


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_redirect_to_another_host_gets_neither_prompt_nor_key(wire, chat_at, host, status):
    elsewhere = await wire(OK)
    server = await wire(moved(f"{elsewhere.url(host)}/chat", status))
    with pytest.raises(RedirectedElsewhereError, match=rf'model.allow_hosts = \["{host}:{elsewhere.port}"\]'):
        await chat_at(server.url()).post(b'{"q": 1}')
    assert elsewhere.requests == []


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:{port}"])
async def test_a_redirect_to_a_host_that_is_allowed_gets_both(wire, chat_at, allowed):
    elsewhere = await wire(OK)
    server = await wire(moved(f"{elsewhere.url()}/chat"))
    chat = chat_at(server.url(), allow_hosts=[allowed.format(port=elsewhere.port)])
    assert (await chat.post(b'{"q": 1}')).content == b'{"a": 1}'
    assert [request.body for request in elsewhere.requests] == [b'{"q": 1}']
    assert elsewhere.requests[0].headers["authorization"] == "Bearer sk-secret"


async def test_a_redirect_in_circles_ends(wire, chat_at):
    server = await wire(moved("/v1/again"))
    with pytest.raises(RedirectedElsewhereError, match="more than 5 times"):
        await chat_at(server.url()).post(b"{}")


@pytest.mark.parametrize(
    ("base", "location", "right"),
    [
        ("http://a.example/v1/chat", "https://a.example/v1/chat", True),
        ("http://a.example:8000/v1/chat", "https://a.example:8443/v1/chat", True),
        ("https://a.example/v1/chat", "/v1/chat/", True),
        ("https://a.example/v1/chat", "https://A.EXAMPLE:443/v2", True),
        ("https://a.example/v1/chat", "//a.example/v2", True),
        ("https://a.example/v1/chat", "http://a.example/v1/chat", False),
        ("http://a.example/v1/chat", "http://a.example:8080/v1/chat", False),
        ("https://a.example/v1/chat", "//b.example/v1/chat", False),
        ("https://a.example/v1/chat", "https://a.example.b.example/v1/chat", False),
        ("https://a.example/v1/chat", "https://a.example@b.example/v1/chat", False),
        ("https://a.example/v1/chat", "file:///etc/passwd", False),
        ("https://a.example/v1/chat", "https://[", False),
    ],
)
def test_a_redirect_stays_with_the_host_and_under_its_encryption(base, location, right):
    with nullcontext() if right else pytest.raises(RedirectedElsewhereError):
        followed(URL(base), location, ["a.example.org"])


async def test_a_redirect_that_does_not_say_where_is_the_answer(wire, chat_at):
    server = await wire([answer(b"", status="302 Found")])
    assert (await chat_at(server.url()).post(b"{}")).status == 302
    assert len(server.requests) == 1


def raw_deflate(content):
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(content) + packing.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate), ("identity", bytes)],
    ids=["gzip", "deflate", "deflate without its frame", "nothing"],
)
async def test_an_answer_compressed_unasked_is_read(wire, chat_at, coding, pack):
    server = await wire([answer(pack(b'{"a": 1}'), content_encoding=coding)])
    assert (await chat_at(server.url()).post(b"{}")).content == b'{"a": 1}'


PACKED = {
    "an unknown coding": ("br", b"xyz", "cannot be decompressed"),
    "no gzip": ("gzip", b"xyz", "cannot be decompressed"),
    "no deflate": ("deflate", b"\xff" * 9, "cannot be decompressed"),
    "a bomb": ("gzip", gzip.compress(b" " * (1 << 20)), "more than"),
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
async def test_an_answer_that_cannot_be_unpacked_is_unusable(wire, chat_at, monkeypatch, packed, failure_of):
    monkeypatch.setattr(transport, "MAX_BYTES", 64 << 10)
    coding, content, said = packed
    server = await wire([answer(content, content_encoding=coding)])
    failure = await failure_of(chat_at(server.url()).post(b"{}"))
    assert (type(failure), failure.answered) == (ModelUnavailable, True)
    assert said in str(failure)


async def test_https_works_with_a_certificate_that_the_environment_trusts(wire, chat_at, trust):
    authority = trust(trustme.CA())
    server = await wire(OK, tls=identity(authority, "localhost", "127.0.0.1"))
    for host in ("localhost", "127.0.0.1"):
        chat = chat_at(server.url(host))
        for _ in range(2):
            assert (await chat.post(b"{}")).content == b'{"a": 1}'
    assert server.connections == 2


@pytest.mark.parametrize("trusted", [False, True], ids=["unknown authority", "another name"])
async def test_https_refuses_a_certificate_and_sends_nothing(wire, chat_at, trust, trusted, failure_of):
    authority = trustme.CA()
    trust(authority if trusted else trustme.CA())
    server = await wire(OK, tls=identity(authority, "elsewhere.example"))
    failure = await failure_of(chat_at(server.url("localhost")).post(b"{}"))
    assert isinstance(failure, ModelRefused)
    assert "certificate" in str(failure)
    assert server.requests == []


async def test_https_at_a_port_of_http_is_unavailable(wire, chat_at, failure_of):
    server = await wire([answer(status="400 Bad Request"), CUT], reads="nothing")
    failure = await failure_of(chat_at(server.url().replace("http:", "https:")).post(b"{}"))
    assert isinstance(failure, ModelUnavailable)
    assert str(failure).startswith("nothing answers for")


def identity(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_an_ipv6_address_is_reached_and_named_in_brackets(wire, chat_at):
    try:
        server = await wire(OK, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 on its loopback interface")
    assert (await chat_at(server.url("[::1]")).post(b"{}")).status == 200
    assert server.requests[0].headers["host"] == f"[::1]:{server.port}"


async def test_a_name_is_looked_up_once_for_many_connections(wire, chat_at, monkeypatch):
    asked = []
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: asked.append(host) or look_up(host, *a, **k))
    server = await wire([0.05, *OK])
    chat = chat_at(server.url("localhost"))
    await asyncio.gather(*(chat.post(b"{}") for _ in range(8)))
    assert asked.count("localhost") == 1
    assert server.connections == 8


UNREACHABLE = {
    "an unknown name": "http://models.invalid/v1",
    "a name that can be none": f"http://{'a' * 64}.invalid/v1",
}


@pytest.mark.parametrize("url", UNREACHABLE.values(), ids=UNREACHABLE)
async def test_a_name_that_stands_for_nothing_is_unavailable_each_time(chat_at, url, failure_of):
    chat = chat_at(url)
    for _ in range(2):
        failure = await failure_of(chat.post(b"{}"))
        assert isinstance(failure, ModelUnavailable)
        assert str(failure).startswith("nothing answers for")


async def test_a_key_with_a_line_break_is_not_sent(wire, chat_at, failure_of):
    server = await wire(OK)
    failure = await failure_of(chat_at(server.url(), key="sk-secret\r\nx: y").post(b"{}"))
    assert isinstance(failure, RequestRejected)
    assert "sk-secret" not in str(failure)
    assert server.requests == []
