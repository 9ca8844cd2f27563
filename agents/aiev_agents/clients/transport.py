"""The way of a request to an endpoint and of its answer back, without the SDK's layers in between.

Address, headers and the key's place come from the SDK; the call itself goes out on kept connections of our own
(`http_pool.py`, which has the figures), or, where the environment names a proxy or the endpoint redirects, through
aiohttp, which knows both.

Invariants: a key is sent to the endpoint alone, never after a redirect to another host; an answer is returned whole,
whatever its status. Proxies and certificates are those of the environment (`HTTPS_PROXY`, `SSL_CERT_FILE`, ...). Not
covered: what an answer means.
"""

from __future__ import annotations

import asyncio
import time
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from multidict import CIMultiDict
from yarl import URL

from aiev_agents.clients.http_answer import Answer
from aiev_agents.clients.http_pool import IDLE_SECONDS, Pool

if TYPE_CHECKING:
    import ssl

    import openai

REDIRECTS = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
"""Statuses that lead elsewhere if they say where."""


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
        self._seconds = timeout_seconds
        self._pool: Pool | None = None
        self._session: aiohttp.ClientSession | None = None
        self._direct = True

    async def post(self, content: bytes) -> Answer:
        """Send JSON and return the answer.

        Raises:
            TimeoutError: there was no whole answer in time.
            HttpError: the endpoint cannot be reached, the connection broke, or what came is no answer.
            aiohttp.ClientError: the same, behind a proxy or a redirect.
        """
        pool = self._pool or self._open()
        if pool is None or not self._direct:
            return await self._through_aiohttp(content, self._seconds)
        began = time.monotonic()
        answer = await pool.post(content)
        if answer.status not in REDIRECTS or "location" not in answer.headers:
            return answer
        self._direct = False  # whoever redirects will do so again
        return await self._through_aiohttp(content, began + self._seconds - time.monotonic())

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.close()
        if self._session is not None:
            await self._session.close()
        await asyncio.sleep(0)  # lets the connections go before the loop does

    def _open(self) -> Pool | None:
        """Connections of our own, made where the event loop is known; None where calls have to go through aiohttp."""
        url = self._url
        usual = url.scheme in {"http", "https"} and url.raw_host and url.raw_user is None
        if not self._direct or not usual or _proxy(url):
            self._direct = False
            return None
        self._pool = Pool(url, self._headers(), self._seconds, _certificates() if url.scheme == "https" else None)
        return self._pool

    async def _through_aiohttp(self, content: bytes, seconds: float) -> Answer:
        self._session = session = self._session or self._open_session()
        timeout = aiohttp.ClientTimeout(total=max(seconds, 0.001))
        async with session.post(self._url, data=aiohttp.BytesPayload(content), timeout=timeout) as response:
            return Answer(response.status, response.headers, await response.read())

    def _open_session(self) -> aiohttp.ClientSession:
        """It may have as many connections as requests: their number is bounded by `AdaptiveLimit`, not by a queue."""
        secure = self._url.scheme == "https"
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=IDLE_SECONDS, ssl=_certificates() if secure else True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers(),
            proxy=_proxy(self._url),
        )

    def _headers(self) -> CIMultiDict[str]:
        own = {name: value for name, value in self._client.default_headers.items() if isinstance(value, str)}
        return CIMultiDict(own | self._client.auth_headers | {"Content-Type": "application/json"})


def _proxy(url: URL) -> str | None:
    """The environment's proxy for an address. Looked up once: aiohttp's `trust_env` does it in a thread each time."""
    host = url.host or ""
    return None if proxy_bypass(f"{host}:{url.port}") else getproxies().get(url.scheme)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom the SDK trusts: the environment's certificates, else those that come with it. Takes a moment to read."""
    return httpx2.create_ssl_context(trust_env=True)
