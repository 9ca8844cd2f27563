"""JSON as bytes, fast.

Invariant: the same value gives the same bytes in every process and version, so that they may be hashed; whatever the
standard library can write is written, in the same form, and whatever it can read is read.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def encode(value: Any) -> bytes:
    """Compact JSON with sorted keys, in UTF-8."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a lone surrogate, which has no UTF-8, or a whole number beyond 64 bits
        return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def decode(content: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:  # the standard library also takes a lone surrogate, NaN and UTF-16
        try:
            return json.loads(content)
        except RecursionError:
            raise ValueError("nested too deeply") from None
