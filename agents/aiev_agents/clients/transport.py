"""One HTTP session with one endpoint: connections, proxies, redirects and certificates are aiohttp's business.

Invariants: the key goes to the endpoint alone, never after a redirect to another host; a request is sent once, since
the endpoint may have been paid for it; an answer is returned whole, whatever its status, with no content coding left.
The environment names the proxy (`HTTPS_PROXY`, `NO_PROXY`) and the certificates (`SSL_CERT_FILE`). How many requests
are in flight is bounded by `AdaptiveLimit`, not here. Not covered: what an answer or an error means.
"""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from yarl import URL

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

MAX_BYTES = 64 << 20
"""Longest body of an answer, decompressed. A reply of 10,000 tokens has about 50 KiB."""
IDLE_SECONDS = 30.0
"""How long a connection without a request is kept."""


class AnswerTooLargeError(Exception):
    """An answer is longer than `MAX_BYTES`."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names are found in any case."""
    content: bytes


class Transport:
    """Sends requests to one endpoint. Belongs to the event loop of its first request."""

    def __init__(self, base_url: str, api_key: str, timeout_seconds: float) -> None:
        """Remember where requests go.

        Args:
            base_url: address up to `/v1`.
            api_key: sent with each request; empty sends none.
            timeout_seconds: for one call as a whole, the last byte of its answer included.
        """
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, path: str, content: bytes | None = None, *, method: str = "POST") -> Answer:
        """Send JSON to a path below the address and return the answer.

        Raises:
            aiohttp.ClientError: the address is none, the endpoint cannot be reached, or the connection broke.
            AnswerTooLargeError: the answer has no end, or far too late a one.
            TimeoutError: there was no whole answer in time.
            ValueError: the key cannot be sent.
        """
        session = self._session or self._open()
        data = None if content is None else aiohttp.BytesPayload(content)
        async with session.request(method, self._base_url + path, data=data) as response:
            return Answer(response.status, response.headers, await _body(response))

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

    def _headers(self) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        return key | {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"aiev/{version('aiev')}",
        }


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
