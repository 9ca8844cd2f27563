"""Makes unseen characters visible in every page, Datasette's own included: cells, facets, titles.

Invariant: only HTML is changed; downloads and JSON give the texts as they are.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any

from aiev.visible import visible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class VisibleHtml:
    """Sends the messages of one answer on, with the text of a page made visible."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_page = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Send a message on."""
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message.get("headers", [])]
            self._is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)
            if self._is_page:
                message["headers"] = [header for header in headers if header[0] != b"content-length"]
        elif self._is_page and message["type"] == "http.response.body":
            text = self._decoder.decode(message.get("body", b""), final=not message.get("more_body"))
            message["body"] = visible(text).encode()
        await self._send(message)
