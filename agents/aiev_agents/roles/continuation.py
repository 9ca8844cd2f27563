"""Replies that were cut, and how their continuation is joined to them.

Invariant: a reply that its endpoint cut for its length, or that ends inside of a block, counts as cut. Not covered: a
reply that stops in the middle of its prose without a word from the endpoint.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.clients.completion import CUT
from aiev_agents.fences import fenced_blocks

if TYPE_CHECKING:
    from aiev_agents.messages import ChatReply

_RESUMED = re.compile(r"\A(?:[^\n`]*\n){0,2}[ \t]*(?P<fence>`{3,}|~{3,})\w[^\n`]*\n")
"""A fence that a continuation opens again, behind a line or two of prose."""
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")
_LONGEST_OVERLAP = 400
_SHORTEST_OVERLAP = 8
_SHORTEST_LINE = 3


def is_cut(reply: ChatReply) -> bool:
    """Whether a reply is not whole."""
    blocks = fenced_blocks(reply.content)
    return reply.finish_reason in CUT or bool(blocks and not blocks[-1].closed)


def joined(first: str, more: str) -> str:
    """A reply and its continuation, without what the continuation says again."""
    if (line := _first_line(more)) and line == _first_line(first):
        return more
    blocks = fenced_blocks(first)
    if blocks and not blocks[-1].closed and (resumed := _RESUMED.match(more)):
        inside = more[resumed.end() :]
        if _first_line(inside) == _first_line(blocks[-1].body):
            return first[: blocks[-1].start] + more[resumed.start("fence") :]
        more = inside
    more = more[_overlap(first, more) :]
    apart = _FENCE.match(more) and not first.endswith("\n")
    return f"{first}\n{more.lstrip()}" if apart else f"{first}{more}"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.split("\n") if line.strip()), "")


def _overlap(first: str, more: str) -> int:
    """Characters at the beginning of a continuation that repeat the end of what it continues."""
    last = first.rpartition("\n")[2].lstrip()
    start = len(more) - len(more.lstrip())
    if len(last) >= _SHORTEST_LINE and more.startswith(last, start):
        return start + len(last)
    lengths = range(min(len(first), len(more), _LONGEST_OVERLAP), _SHORTEST_OVERLAP - 1, -1)
    return next((length for length in lengths if first.endswith(more[:length])), 0)
