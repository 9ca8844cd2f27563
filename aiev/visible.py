"""Makes characters visible that change how a text looks without being seen.

Invariant: what comes out has no control character but newline and tab, nothing that reverses the direction of writing,
and nothing that is invisible or cannot be encoded. Not covered: letters that look like others.
"""

from __future__ import annotations

import re

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT, _LONG = 0xFF, 0xFFFF
"""The last characters that Python writes with two and with four digits."""


def visible(text: str) -> str:
    """The text with such characters as Python's literals have them."""
    return _UNSEEN.sub(_written, text.replace("\r\n", "\n"))


def _written(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= _SHORT else f"\\u{code:04x}" if code <= _LONG else f"\\U{code:08x}"
