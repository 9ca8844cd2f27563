"""The way of a request to an endpoint and of its answer back: aiohttp, without the SDK's layers in between.

The openai SDK runs on this same transport and wraps each call into two client libraries' requests and responses; asked
directly, aiohttp takes half the time (measured: 0.53 ms of CPU a call against 1.04). Address, headers and the key's
place still come from the SDK.

Invariants: a key is sent to the endpoint alone, never after a redirect to another host; an answer is returned whole,
whatever its status. Proxies and certificates are those of the environment (`HTTPS_PROXY`, `SSL_CERT_FILE`, ...). Not
covered: what an answer means.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from multidict import CIMultiDict
from yarl import URL

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import openai

IDLE_SECONDS = 30.0
"""How long a connection without a request is kept."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    content: bytes


class Transport:
    """Posts bodies to the chat-completions address of one client. Belongs to one event loop."""

    def __init__(self, client: openai.AsyncOpenAI, timeout_seconds: float) -> None:
        """Take address and headers from the client.

        Args:
            client: it is not used for the call itself.
            timeout_seconds: for one call as a whole, the last byte of its answer included.
        """
        self._client = client
        self._url = URL(str(client.base_url.join("chat/completions")))
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, content: bytes) -> Answer:
        """Send JSON and return the answer.

        Raises:
            TimeoutError: there was no whole answer in time.
            aiohttp.ClientError: the endpoint cannot be reached, or the connection broke.
        """
        session = self._session or self._open()
        async with session.post(self._url, data=aiohttp.BytesPayload(content)) as response:
            return Answer(response.status, response.headers, await response.read())

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)  # lets the connections go before the loop does

    def _open(self) -> aiohttp.ClientSession:
        """A session, made where the event loop is known.

        It may have as many connections as requests: their number is bounded by `AdaptiveLimit`, not by a queue here.
        """
        own = {name: value for name, value in self._client.default_headers.items() if isinstance(value, str)}
        headers = CIMultiDict(own | self._client.auth_headers | {"Content-Type": "application/json"})
        secure = self._url.scheme == "https"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=IDLE_SECONDS, ssl=_certificates() if secure else True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            timeout=self._timeout,
            proxy=_proxy(self._url),
        )
        return self._session


def _proxy(url: URL) -> str | None:
    """The environment's proxy for an address. Looked up once: aiohttp's `trust_env` does it in a thread each time."""
    host = url.host or ""
    return None if proxy_bypass(f"{host}:{url.port}") else getproxies().get(url.scheme)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom the SDK trusts: the environment's certificates, else those that come with it. Takes a moment to read."""
    return httpx2.create_ssl_context(trust_env=True)
