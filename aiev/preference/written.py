"""What a conversation of another recipe has written already, as programs and tests that can judge each other.

Programs are the answers, repairs and further solutions of a dialogue, or the responses of self-alignment; tests are
those that stand beside them, and those that were written from the problem alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiev.preference.sample import sampled
from aiev_agents.errors import ReplyError
from aiev_agents.roles.reply import code_of, parse_reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.preference.sample import Sample
    from aiev.store.reading.preference import WrittenReply

ANSWERS = (
    *("programmer/solve", "programmer/repair", "programmer/retry", "programmer/alternative"),
    "aligner/respond",
)
SUITES = ("questioner/examine",)


def written_sample(replies: Sequence[WrittenReply], language: str) -> Sample:
    """The programs and tests of replies; one without code is left out."""
    answers = [(one.content, _provenance(one)) for one in replies if one.purpose in ANSWERS]
    suites = [(_tests(one, language), _provenance(one)) for one in replies]
    return sampled(answers, suites, language)


def _tests(reply: WrittenReply, language: str) -> str:
    if reply.purpose in SUITES:
        return code_of(reply.content, language)
    try:
        return parse_reply(reply.content, language).tests
    except ReplyError:
        return ""


def _provenance(reply: WrittenReply) -> dict[str, object]:
    decoding = json.loads(reply.request).get("sampling") or {}
    return {"model": reply.model, "decoding": decoding, "request_hash": reply.hash}
