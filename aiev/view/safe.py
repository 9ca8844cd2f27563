"""Makes hostile text safe to show on a terminal.

Invariant: what comes out has no control character but newline and tab, nothing that reverses the direction of writing,
nothing that cannot be encoded, no line longer than `MAX_LINE`, and is never interpreted as markup.
"""

from __future__ import annotations

import re

MAX_LINE = 2000
MAX_CHARS = 100_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Text with control characters made visible and its length held; cuts are marked."""
    shown = text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}\n... [{len(text) - MAX_CHARS} characters cut]"
    shown = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", shown.replace("\r\n", "\n"))
    return "\n".join(_line(line) for line in shown.split("\n"))


def _line(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}... [{len(line) - MAX_LINE} characters cut]"
