"""Takes a reply apart into prose and fenced code, for showing.

Invariant: what is shown as code is what the program is read from; prose comes out as it was written. Not covered: what
of a reply is solution or tests; that is the business of the agents' parsing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.fences import fenced_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator


def blocks(text: str) -> Iterator[tuple[str | None, str]]:
    """Prose and code in order, code with its fence's language, None for prose."""
    end = 0
    for block in fenced_blocks(text):
        yield None, text[end : block.start]
        yield block.language, block.body
        end = block.end
    yield None, text[end:]
