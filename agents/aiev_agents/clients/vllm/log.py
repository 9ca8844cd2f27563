"""Why a server died, in one line out of its log.

Invariant: reads the end of the log only, changes nothing, and always has an answer. The rules fit what vLLM and Python
write; whatever else is there, the last line speaks.
"""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003 - a value here, not only a type

from aiev_agents.lines import lines_of

_TAIL_BYTES = 256 * 1024
_LONGEST = 300
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PREFIX = re.compile(
    r"^(\(\w[\w ]*(pid|rank)[^)]*\)\s*)*([A-Z]+ \d\d-\d\d \d\d:\d\d:\d\d (\[[^\]]*\]\s*)?)?(\[rank\d+\]:\s*)?\s*"
)
_ERROR = re.compile(
    r"^([\w.]*(Error|Exception|Exit|Interrupt)\b.*|vllm( serve)?: error: .+)|"
    r"\bout of memory\b|exited unexpectedly|address already in use",
    re.IGNORECASE,
)
_ECHO = re.compile(r"initialization failed|root cause|^\w*Error: ?$|CancelledError", re.IGNORECASE)
"""Errors that only say that there was another one."""
_MORE_FOLLOWS = re.compile(r"validation errors? for \w+$")


def reason(log: Path) -> str:
    """The last error that is not itself the echo of another one; else the last line; else "no message"."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        text = file.read().decode(errors="replace")
    lines = [line for raw in lines_of(text) if (line := _PREFIX.sub("", _COLOUR.sub("", raw)).strip())]
    errors = [index for index, line in enumerate(lines) if _ERROR.search(line)]
    causes = [index for index in errors if not _ECHO.search(lines[index])]
    if not lines:
        return "no message"
    chosen = (causes or errors or [len(lines) - 1])[-1]
    said = lines[chosen : chosen + 2] if _MORE_FOLLOWS.search(lines[chosen]) else [lines[chosen]]
    return " ".join(" ".join(said).split())[:_LONGEST]
