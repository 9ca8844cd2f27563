"""Who gets an answer, and what a browser may do with it.

Three gates in front of every page, Datasette's own included: the name in `Host` must be a loopback one with our port
(against DNS rebinding), a token must have been shown (against other users and pages of this machine), and what changes
something must come from our own pages (against forged requests; beside Datasette's own check). Invariant: no answer but
the refusals leaves without them, and each has a Content-Security-Policy under which no script runs that is not a file
of ours. Not covered: somebody who can read this user's memory or terminal.
"""

from __future__ import annotations

import hmac
import re
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from aiev.view.web.visibility import VisibleHtml

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; style-src 'self'{style}; img-src 'self'{images}"
)
_OUR_POLICY = _POLICY.format(style="", images="")
_TABLES_POLICY = _POLICY.format(style=" 'unsafe-inline'", images=" data:")
"""Datasette's own pages have inline styles and icons; scripts must be files there too."""
TABLES = "tables"
"""Name of the database in Datasette's own pages: `/tables/messages`."""
_OPEN = re.compile(
    rf"/$|/(?:conversations|{TABLES})(?:[/.].*)?$|/live\.json$|/-/(?:aiev|static)/|/-/jump(?:\.json)?$|/favicon\.ico$",
    re.DOTALL,
)
"""Paths that visitors may ask for; of Datasette's pages those over the tables, not those about itself."""
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_REPLACED = {name for name, _ in _HEADERS} | {b"content-security-policy"}
_COOKIE_SECONDS = 30 * 24 * 3600
_NO_TOKEN = "This page needs the address that `aiev serve` printed, with its token.\n"  # noqa: S105 - no token, a sentence


class Guard:
    """ASGI middleware; see the module."""

    def __init__(self, app: App, *, token: str, port: int) -> None:
        """Guard an application.

        Args:
            app: what is guarded.
            token: what a visitor must show, once, as `?token=`; or as a bearer token with every request.
            port: that the server listens on.
        """
        self._app = app
        self._token = token
        self._cookie = f"aiev_{port}"  # cookies of one host are shared by all its ports
        self._hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        if headers.get(b"host") not in self._hosts:
            await _refuse(send, 400, "This server answers to its loopback address only.\n")
        elif shown := _shown_token(scope):
            await self._enter(scope, send, shown)
        elif not self._is_known(headers):
            await _refuse(send, 403, _NO_TOKEN)
        elif not _OPEN.match(scope["path"]):
            await _refuse(send, 404, "There is no such page.\n")
        elif not _is_own(scope["method"], headers):
            await _refuse(send, 403, "This request came from another site.\n")
        else:
            await self._app(scope, receive, self._with_policy(scope["path"], VisibleHtml(send)))

    def _is_known(self, headers: dict[bytes, bytes]) -> bool:
        bearer = headers.get(b"authorization", b"").decode("latin-1")
        if bearer.startswith("Bearer ") and self._is_token(bearer.removeprefix("Bearer ")):
            return True
        try:
            cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return False
        return self._cookie in cookies and self._is_token(cookies[self._cookie].value)

    def _is_token(self, shown: str) -> bool:
        return hmac.compare_digest(shown.encode(), self._token.encode())

    async def _enter(self, scope: Scope, send: Send, shown: str) -> None:
        """Give a cookie for the token, and take the token out of the address."""
        if not self._is_token(shown):
            await _refuse(send, 403, _NO_TOKEN)
            return
        rest = [(name, value) for name, value in _query(scope) if name != "token"]
        path = "/" + scope["path"].lstrip("/")  # never //host, which would lead away
        where = path + (f"?{urlencode(rest)}" if rest else "")
        cookie = f"{self._cookie}={self._token}; Path=/; Max-Age={_COOKIE_SECONDS}; HttpOnly; SameSite=Lax"
        location = where.encode("ascii", "ignore").replace(b"\\", b"").replace(b"\r", b"").replace(b"\n", b"")
        extra = [(b"location", location), (b"set-cookie", cookie.encode()), (b"cache-control", b"no-store")]
        await _answer(send, 303, "", extra)

    def _with_policy(self, path: str, send: Send) -> Send:
        policy = _TABLES_POLICY if path.startswith(f"/{TABLES}") else _OUR_POLICY

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in _REPLACED]
                message["headers"] = [*kept, *_HEADERS, (b"content-security-policy", policy.encode())]
            await send(message)

        return guarded


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


def _shown_token(scope: Scope) -> str:
    """The token in the address of a page that is asked for; empty when there is none."""
    return dict(_query(scope)).get("token", "") if scope["method"] == "GET" else ""


def _is_own(method: str, headers: dict[bytes, bytes]) -> bool:
    """Whether a request that may change something was made by a page of ours, or by no browser at all."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return True
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    origin = headers.get(b"origin")
    return origin is None or origin == b"http://" + headers[b"host"]


async def _refuse(send: Send, status: int, words: str) -> None:
    await _answer(send, status, words, [(b"cache-control", b"no-store")])


async def _answer(send: Send, status: int, words: str, extra: list[tuple[bytes, bytes]]) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS, *extra]
    headers.append((b"content-security-policy", b"default-src 'none'"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})
