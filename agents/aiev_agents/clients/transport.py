"""One HTTP session with one endpoint: connections, proxies and certificates are aiohttp's business.

Invariants: prompts and key go to the endpoint and to hosts that the user allows, wherever a redirect points; a request
is answered once, since the endpoint may have been paid for it; an answer is returned whole, whatever its status, with
no content coding left.
The environment names the proxy (`HTTPS_PROXY`, `NO_PROXY`) and the certificates (`SSL_CERT_FILE`). How many requests
are in flight is bounded by `AdaptiveLimit`, not here. Not covered: what an answer or an error means.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from multidict import CIMultiDict
from yarl import URL

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

MAX_BYTES = 64 << 20
"""Longest body of an answer, decompressed. A reply of 10,000 tokens has about 50 KiB."""
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 307, 308})
"""Statuses after which the same request is sent to another address; 303 would make it another one."""
IDLE_SECONDS = 30.0
"""How long a connection without a request is kept."""


class AnswerTooLargeError(Exception):
    """An answer is longer than `MAX_BYTES`."""


class RedirectedElsewhereError(Exception):
    """An endpoint redirects to a host that the user did not allow."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names are found in any case."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Destination:
    """Where requests go, and what goes with each."""

    base_url: str
    """Address up to `/v1`."""
    api_key: str = field(default="", repr=False)
    """Empty sends none."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request; they may hold secrets."""
    allow_hosts: Sequence[str] = ()
    """`host` or `host:port`: where a redirect may lead beside the endpoint itself."""


class Transport:
    """Sends requests to one endpoint. Belongs to the event loop of its first request."""

    def __init__(self, to: Destination, timeout_seconds: float) -> None:
        """Remember where requests go.

        Args:
            to: the endpoint.
            timeout_seconds: for one call as a whole, the last byte of its answer included.
        """
        self._to = to
        self._base_url = to.base_url.rstrip("/")
        self._seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, path: str, content: bytes | None = None, *, method: str = "POST") -> Answer:
        """Send JSON to a path below the address and return the answer.

        Raises:
            aiohttp.ClientError: the address is none, the endpoint cannot be reached, or the connection broke.
            AnswerTooLargeError: the answer has no end, or far too late a one.
            RedirectedElsewhereError: it redirects to a host that is not allowed, or in circles.
            TimeoutError: there was no whole answer in time.
            ValueError: the key cannot be sent.
        """
        address: str | URL = self._base_url + path
        for _ in range(MAX_REDIRECTS + 1):
            answer, location = await self._exchange(method, address, content)
            if location is None:
                return answer
            address = followed(URL(address), location, self._to.allow_hosts)
        raise RedirectedElsewhereError(f"redirects more than {MAX_REDIRECTS} times; correct model.base_url")

    async def _exchange(self, method: str, address: str | URL, content: bytes | None) -> tuple[Answer, str | None]:
        """One request and its answer; with the location, if that is a redirect."""
        session = self._session or self._open()
        data = None if content is None else aiohttp.BytesPayload(content)
        async with session.request(method, address, data=data, allow_redirects=False) as response:
            answer = Answer(response.status, response.headers, await _body(response))
        return answer, response.headers.get("Location") if answer.status in REDIRECTS else None

    async def close(self) -> None:
        """Close the connections. May be called twice."""
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)  # lets the connections go before the loop does

    def _open(self) -> aiohttp.ClientSession:
        trusted = _certificates() if self._base_url.startswith("https:") else True
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS, ssl=trusted),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers(),
            proxy=_proxy(self._base_url),
            timeout=aiohttp.ClientTimeout(total=self._seconds),
        )
        return self._session

    def _headers(self) -> CIMultiDict[str]:
        """What goes with each request; the user's own headers take the place of ours."""
        headers = CIMultiDict({"User-Agent": f"aiev/{version('aiev')}"})
        if self._to.api_key:
            headers["Authorization"] = f"Bearer {self._to.api_key}"
        headers.update(self._to.headers)
        headers.update({"Content-Type": "application/json", "Accept-Encoding": "identity"})
        return headers


def followed(address: URL, location: str, allow_hosts: Sequence[str]) -> URL:
    """The address that a redirect leads to.

    Raises:
        RedirectedElsewhereError: it is at another host, or no longer encrypted.
    """
    try:
        to = address.join(URL(location))
    except ValueError:
        raise RedirectedElsewhereError("redirects to what is no address; correct model.base_url") from None
    if to.scheme not in {"http", "https"} or (address.scheme == "https" and to.scheme == "http"):
        raise RedirectedElsewhereError(f"redirects to {to.scheme}://, which was not followed; correct model.base_url")
    host = f"{to.host}:{to.port}"
    upgraded = address.host == to.host and (address.scheme, to.scheme) == ("http", "https")
    if (to.host, to.port) == (address.host, address.port) or upgraded or {to.host, host} & set(allow_hosts):
        return to
    shown = to.host if to.is_default_port() else host
    raise RedirectedElsewhereError(
        f"redirects to another host, {shown}, to which no prompt was sent; set model.base_url to the address that you "
        f'mean, or model.allow_hosts = ["{shown}"]'
    )


async def _body(response: aiohttp.ClientResponse) -> bytes:
    parts = []
    length = 0
    async for part in response.content.iter_any():
        length += len(part)
        if length > MAX_BYTES:
            raise AnswerTooLargeError(f"an answer of more than {MAX_BYTES >> 20} MiB")
        parts.append(part)
    return b"".join(parts)


def _proxy(address: str) -> str | None:
    """The environment's proxy for an address. Looked up once: aiohttp's `trust_env` does it in a thread each time."""
    url = URL(address)
    return None if proxy_bypass(f"{url.host}:{url.port}") else getproxies().get(url.scheme)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom the openai SDK trusts: the environment's certificates, else the system's. Takes a moment to read."""
    return httpx2.create_ssl_context(trust_env=True)
