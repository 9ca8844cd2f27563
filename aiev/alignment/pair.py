"""The pair that an item comes to: an instruction, and a response without its tests.

Source: SelfCodeAlign, arXiv 2410.24198: tests filter responses, and are shown in half of the instructions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.evidence.assertions import assertions
from aiev_agents.fences import fenced
from aiev_agents.languages import language_named
from aiev_agents.roles.reply import prose_of

if TYPE_CHECKING:
    from aiev.alignment.candidate import Candidate
    from aiev.alignment.item import Item
    from aiev.alignment.settings import AlignSettings

_SHOWN = "Your solution should pass these tests:"
_ABOUT_TESTS = re.compile(r"^\W*(?:(?:unit|here are (?:the|some)) )?tests?\W*$", re.IGNORECASE)
"""A paragraph that only announces the tests."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a model is trained on."""

    instruction: str
    response: str
    shows_tests: bool


def pair_of(instruction: str, chosen: Candidate, item: Item, settings: AlignSettings) -> Pair:
    """The pair of an instruction and the response that was chosen."""
    parsed = chosen.response.parsed
    assert parsed is not None  # noqa: S101 - only what ran can be chosen
    shows = _shows_tests(parsed.tests, item, settings)
    asked = f"{instruction}\n\n{_SHOWN}\n\n{_fenced(parsed.tests, item.language)}" if shows else instruction
    paragraphs = (part.strip() for part in prose_of(chosen.response.turn.text).split("\n\n"))
    prose = [part for part in paragraphs if part and not _ABOUT_TESTS.match(part)]
    return Pair(asked, "\n\n".join((*prose, _fenced(parsed.program, item.language))), shows)


def _shows_tests(tests: str, item: Item, settings: AlignSettings) -> bool:
    """Whether the tests are shown: drawn for the item, and only where they are few."""
    few = 0 < len(assertions(tests, item.language)) <= settings.most_shown
    return few and item.chance("shown") < settings.shown_tests


def _fenced(code: str, language: str) -> str:
    return fenced(code.strip(), language_named(language).fence)
