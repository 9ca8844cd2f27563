"""What comes back from an HTTP endpoint, and how a call to one can end without an answer.

Invariant: an answer is whole, and its content is as the endpoint meant it: no transfer or content coding is left. Not
covered: what the answer means (`completion.py`), and what follows from an error (`failures.py`).

    HttpError
    ├── NotConnectedError     no connection could be opened; its cause says why
    ├── CutError              the connection ended before the answer did
    ├── MalformedAnswerError  what came is no HTTP
    └── UnusableAnswerError   an answer came, but is too large or in a coding that nobody asked for
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

MAX_HEAD_BYTES = 64 << 10
"""Longest status line and headers together; what comes with one read more may be tolerated."""
MAX_BODY_BYTES = 64 << 20
"""Longest body, both as it comes over the wire and as it is afterwards. A reply of 10,000 tokens has about 50 KiB."""

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_CODINGS = {"gzip": _GZIP_OR_ZLIB, "x-gzip": _GZIP_OR_ZLIB, "deflate": _GZIP_OR_ZLIB}


class HttpError(Exception):
    """A call without a usable answer."""


class NotConnectedError(HttpError):
    """There was no connection at all."""


class CutError(HttpError):
    """The connection ended too early; the endpoint may have done its work nevertheless."""


class MalformedAnswerError(HttpError):
    """Something else than HTTP came."""


class UnusableAnswerError(HttpError):
    """An answer came, and may have to be paid for, but cannot be used."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names are found in any case."""
    content: bytes


@lru_cache
def _key(name: str) -> bytes:
    return name.lower().encode("latin-1", "replace")


class Headers(Mapping[str, str]):
    """Headers of an answer, read as text only when they are asked for; of a repeated one the first value counts."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[bytes, bytes]) -> None:
        """Keep values by their names in lower case."""
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[_key(name)].decode("latin-1")

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """One value; asked several times for each answer, mostly in vain."""
        value = self._values.get(_key(name))
        return default if value is None else value.decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._values)

    def __len__(self) -> int:
        return len(self._values)


def decoded(content: bytes, coding: str) -> bytes:
    """The content without its content coding: requests ask for none, but some endpoints compress all the same.

    Raises:
        UnusableAnswerError: the coding is unknown, its data broken, or the content too large.
    """
    name = coding.strip().lower()
    if name in {"", "identity"} or not content:
        return content
    if name not in _CODINGS:
        raise UnusableAnswerError(f"an answer in the coding {name!r}, which nobody asked for")
    try:
        return _inflated(content, _CODINGS[name])
    except zlib.error as error:
        if name != "deflate":
            raise UnusableAnswerError(f"an answer whose compression is broken ({error})") from error
    try:
        return _inflated(content, -zlib.MAX_WBITS)  # many send `deflate` without the frame that it should have
    except zlib.error as error:
        raise UnusableAnswerError(f"an answer whose compression is broken ({error})") from error


def _inflated(content: bytes, bits: int) -> bytes:
    inflating = zlib.decompressobj(bits)
    text = inflating.decompress(content, MAX_BODY_BYTES)
    if inflating.unconsumed_tail:
        raise UnusableAnswerError(too_large())
    if not inflating.eof:
        raise UnusableAnswerError("an answer whose compressed content ends too early")
    return text


def too_large() -> str:
    """What is said of an answer that goes beyond the limits."""
    return f"an answer of more than {MAX_BODY_BYTES >> 20} MiB, or with headers of more than {MAX_HEAD_BYTES >> 10} KiB"
