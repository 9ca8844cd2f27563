"""One kept HTTP/1.1 connection that is asked one thing after another.

Invariants: a request is written once and never again, whatever happens, since the endpoint may have been paid for it;
an answer is handed out only whole; a connection on which anything unexpected came is not used again. Parsing is that
of httptools (llhttp, Node's parser), as tolerant of careless servers as aiohttp's. Not covered: when to open a
connection and how long to wait (`http_pool.py`), pipelining, uploads larger than memory, upgrades to other protocols.

Source: RFC 9112, for where an answer ends and when a connection may be kept.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

import httptools

from aiev_agents.clients import http_answer
from aiev_agents.clients.http_answer import (
    Answer,
    CutError,
    Headers,
    MalformedAnswerError,
    UnusableAnswerError,
    too_large,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    HandOut = Callable[[asyncio.Future[Answer], Answer], None]

_FINAL = int(HTTPStatus.OK)
_ENDS = (b"content-length", b"transfer-encoding")
_EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Connection(asyncio.Protocol):
    """Its methods named `on_…` are called by the parser, the others of asyncio's protocols by the event loop."""

    def __init__(self, gone: Callable[[Connection], None], hand_out: HandOut) -> None:
        """Wait for the event loop to connect it.

        Args:
            gone: hears when no further request may go out on it.
            hand_out: gives a whole answer to whoever asked.
        """
        self._loop = asyncio.get_running_loop()
        self._gone = gone
        self._hand_out = hand_out
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._transport: asyncio.Transport | None = None
        self._asked: asyncio.Future[Answer] | None = None
        self._usable = True
        self._begin_answer()
        self._whole = True
        self._received = 0

    @property
    def reusable(self) -> bool:
        """Whether another request may go out: the answer is whole, and nothing speaks against it."""
        transport = self._transport
        return self._usable and self._whole and transport is not None and not transport.get_write_buffer_size()

    @property
    def _unanswered(self) -> asyncio.Future[Answer] | None:
        """What was asked, as long as its answer has not come; one that has come may still have to be handed out."""
        asked = self._asked
        return None if asked is None or asked.done() or self._whole else asked

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Write one request; the answer, or an `HttpError`, is in the future."""
        self._asked = self._loop.create_future()
        self._begin_answer()
        self._received = 0
        if self._transport is None:
            self._asked.set_exception(CutError("it was closed before the request"))
        else:
            self._transport.write(request)
        return self._asked

    def abort(self) -> None:
        """Close at once. What was asked stays without an answer."""
        self._retire()
        self._until_close = False
        if self._transport is not None:
            self._transport.abort()

    def fail(self, error: Exception) -> None:
        """End what was asked with an error, unless its answer is there already, and close."""
        if (asked := self._unanswered) is not None:
            asked.set_exception(error)
        self.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where requests go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse what has come; bytes that nobody asked for end the connection."""
        if self._unanswered is None:
            self.abort()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._usable = False
            if not self._whole:
                self.fail(MalformedAnswerError(f"no valid HTTP: {error}"))
                return
        if self._whole:
            self._give()
        elif self._received > (http_answer.MAX_BODY_BYTES if self._status else http_answer.MAX_HEAD_BYTES):
            self.fail(UnusableAnswerError(too_large()))

    def eof_received(self) -> None:
        """Hand out no more requests; asyncio closes the connection next."""
        self._retire()

    def connection_lost(self, exc: Exception | None) -> None:
        """End an answer that lasts as long as its connection, or say that it was cut."""
        self._retire()
        self._transport = None
        if (asked := self._unanswered) is None:
            return
        if exc is None and self._until_close:
            self._give()
            return
        begun = "in the middle of its answer" if self._received else "before its answer"
        asked.set_exception(CutError(f"it was closed {begun}{f': {exc}' if exc else ''}"))

    def on_message_begin(self) -> None:
        """Begin an answer; there is one for each request."""
        if self._whole:
            raise MalformedAnswerError("more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those after the body say nothing that is read here."""
        if not self._status:
            self._headers.setdefault(name.lower(), value)

    def on_headers_complete(self) -> None:
        """Note status, where the answer will end, and whether the connection is kept after it."""
        self._status = self._parser.get_status_code()
        if self._status >= _FINAL and not self._parser.should_keep_alive():
            self._usable = False
            self._until_close = self._status not in _EMPTY and not any(name in self._headers for name in _ENDS)

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """End an answer; an interim one (1xx) only announces the real one."""
        if self._status >= _FINAL or self._status == HTTPStatus.SWITCHING_PROTOCOLS:
            self._whole = True
        else:
            self._begin_answer()

    def _begin_answer(self) -> None:
        self._status = 0
        self._headers: dict[bytes, bytes] = {}
        self._body = bytearray()
        self._whole = self._until_close = False

    def _give(self) -> None:
        asked = self._asked
        if asked is not None and not asked.done():
            self._hand_out(asked, Answer(self._status, Headers(self._headers), bytes(self._body)))

    def _retire(self) -> None:
        """Take no further request."""
        if self._usable:
            self._usable = False
            self._gone(self)
