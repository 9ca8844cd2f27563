"""Makes hostile text safe to show on a terminal.

Invariant: what comes out is visible (`aiev/visible.py`), no line of it is longer than `MAX_LINE`, and none is ever
interpreted as markup.
"""

from __future__ import annotations

from aiev.visible import visible

MAX_LINE = 2000
MAX_CHARS = 100_000


def safe(text: str) -> str:
    """Text with control characters made visible and its length held; cuts are marked."""
    shown = text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}\n... [{len(text) - MAX_CHARS} characters cut]"
    return "\n".join(_line(line) for line in visible(shown).split("\n"))


def _line(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}... [{len(line) - MAX_LINE} characters cut]"
